import type { OperationId } from './all.ts'

/** What the first half of an operation's id names. */
export type OperationGroup = OperationId extends `${infer Group}.${string}` ? Group : never

/** One line on each group of operations, for documents made of the list. A new group has none until it is added here. */
export const OPERATION_GROUPS: Readonly<Record<OperationGroup, string>> = {
  workspaces: 'Tenants: each with apps, accounts and keys of its own.',
  apiKeys: 'Keys by which a program calls this API, limited to scopes.',
  apps: 'TikTok apps: client key and secret, per workspace and environment.',
  connectSessions: 'Hosted pages on which a creator connects an account.',
  connectedAccounts: 'Creators’ accounts: what they consented to, what can be done with them, and their end.',
  accountData: 'Profiles and videos with their counters, and the history of both.',
  posts: 'Posts from the wish to the published video, each transition on record.',
  publishSessions: 'Hosted pages on which a creator reviews and sends a post.',
  accountQueues: 'Timetables by which posts of an account go out one after another.',
  assets: 'Files to post, stored once however often they are used.',
  mediaPolicy: 'What is done about repeated uploads and other platforms’ marks.',
  mediaReports: 'What was found in the media of a post, with the evidence, and a person’s overruling.',
  changes: 'What TikTok begins, changes and ends, and what of it touches this workspace.',
  limits: 'Rate windows per app, token and endpoint as they stand.',
  auditLog: 'Who did what, and when.',
  people: 'Who can sign in to the dashboard, and their roles.',
  shops: 'Shops of TikTok Shop sellers: how far their reading is, and whether anything is missing.',
  shopOrders: 'Orders, as TikTok told them last.',
  shopProducts: 'Products with their SKUs.',
  shopStock: 'Stock by SKU, to read and to set.',
  shopReturns: 'Returns and refunds.',
  shopStatements: 'What a shop earned: statements and their transactions.',
  webhookEndpoints: 'Addresses that are told of events.',
  webhookEvents: 'The events that there are, with their schemas.',
  webhookDeliveries: 'What was sent to which endpoint, with every attempt, and sending it again.',
}

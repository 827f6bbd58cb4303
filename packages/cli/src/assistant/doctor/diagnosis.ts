/** What the doctor says. */

/** `error`: something fails; `warning`: it will, or it wastes calls; `note`: worth knowing. */
export type Level = 'error' | 'warning' | 'note'

export interface Diagnosis {
  rule: RuleId
  level: Level
  what: string
  /** What it was seen by, without secrets. */
  evidence: string
  why: string
  fix: string
  link: string
  /** A variable, a file or an account. */
  where: string
}

export const rules = {
  'http-base-url': 'Addresses outside of this machine use https',
  'config-invalid': 'The configuration can be read',
  'credentials-half': 'Client key and secret come together',
  'hub-unreadable': 'The hub takes the key and answers',
  'clock-skew': 'The clock of this machine is right',
  'login-lapsed': 'Logins can be renewed',
  'login-lapsing': 'Logins do not lapse soon',
  'refresh-impossible': 'What renews a login is there',
  'refresh-refused': 'Renewals are not refused',
  'scope-missing': 'What is asked for is granted',
  'scope-unused': 'Every scope that code asks for is used',
  'scope-unasked': 'Code asks for the scopes of its calls',
  'scope-refused': 'Calls have the scopes that they need',
  'unaudited-public': 'An app that is not audited posts privately',
  'retry-in-vain': 'What was refused for good is not tried again',
  'limit-near': 'Limits are not nearly used up',
  'retired-endpoint': 'No address is called that has ended or will',
  'mandatory-attribute': 'Listings say what their market demands of their category',
  'shop-authorization-ending': 'Authorizations of sellers do not end soon',
  'shop-unreadable': 'The token of the shop is taken',
  'webhooks-failing': 'Webhooks get through',
} as const

export type RuleId = keyof typeof rules

const order: readonly Level[] = ['error', 'warning', 'note']

export function byLevel(found: readonly Diagnosis[]): Diagnosis[] {
  return [...found].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
}

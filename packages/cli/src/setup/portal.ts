/** What the emulator's portal shows of an app, for practice. */
import * as z from 'zod/mini'
import type { Control } from '../control.ts'
import type { PortalApp } from './steps.ts'

const app = z.object({
  review: z.optional(z.string()),
  redirect_uris: z.array(z.string()),
  scopes: z.array(z.string()),
  webhook_url: z.string(),
  url_properties: z.array(z.object({ value: z.string(), verified: z.boolean(), record: z.string() })),
})
const sandboxes = z.object({
  sandboxes: z.array(z.object({ client_key: z.string(), target_users: z.array(z.string()) })),
})

/** @throws {UsageError} when the portal has no such app. */
export async function readPortal(control: Control, clientKey: string): Promise<PortalApp> {
  const path = `apps/${encodeURIComponent(clientKey)}`
  const view = z.parse(app, await control.send('GET', path))
  const list = z.parse(sandboxes, await control.send('GET', `${path}/sandboxes`))
  return { ...view, review: view.review ?? 'none', sandboxes: list.sandboxes }
}

export async function secretInPortal(control: Control, clientKey: string): Promise<string> {
  const answer = await control.send('GET', `apps/${encodeURIComponent(clientKey)}/secret`)
  return z.parse(z.object({ client_secret: z.string() }), answer).client_secret
}

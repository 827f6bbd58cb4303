import type { Caller } from '../http/ports.ts'
import type { AppEnvironment } from '../storage/apps.ts'

/** As the audit log names it: an API key, or a person who is signed in. */
export function actorOf({ keyId }: Pick<Caller, 'keyId'>): string {
  return keyId.startsWith('per_') ? `person:${keyId}` : `key:${keyId}`
}

/** The one environment that the key reaches; `undefined`: all. Test keys touch sandbox apps and their accounts only. */
export function environmentOf({ mode }: Pick<Caller, 'mode'>): AppEnvironment | undefined {
  return mode === 'test' ? 'sandbox' : undefined
}

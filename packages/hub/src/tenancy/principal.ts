import type { Caller } from '../http/ports.ts'
import type { AppEnvironment } from '../storage/apps.ts'

/** As the audit log names it. */
export function actorOf({ keyId }: Pick<Caller, 'keyId'>): string {
  return `key:${keyId}`
}

/** The one environment that the key reaches; `undefined`: all. Test keys touch sandbox apps and their accounts only. */
export function environmentOf({ mode }: Pick<Caller, 'mode'>): AppEnvironment | undefined {
  return mode === 'test' ? 'sandbox' : undefined
}

import type { ApiScope } from '@tockwork/api'
import type { AppEnvironment } from '../storage/apps.ts'
import type { KeyMode } from './api-key-format.ts'

/** Who a request is from. */
export interface Principal {
  keyId: string
  workspaceId: string
  scopes: readonly ApiScope[]
  mode: KeyMode
}

/** As the audit log names it. */
export function actorOf({ keyId }: Pick<Principal, 'keyId'>): string {
  return `key:${keyId}`
}

/** The one environment that the key reaches; `undefined`: all. Test keys touch sandbox apps and their accounts only. */
export function environmentOf({ mode }: Pick<Principal, 'mode'>): AppEnvironment | undefined {
  return mode === 'test' ? 'sandbox' : undefined
}

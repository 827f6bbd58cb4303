import type { Endpoint } from '@tockwork/contracts'
import type { HttpResponse } from '../http.ts'
import { type Answer, readAnswer } from './answer.ts'
import type { Limited } from './rate-window.ts'

/** In what one of TikTok's APIs differs on the wire from another. */
export interface Dialect {
  /** The header that carries a token. */
  tokenHeader(token: string): Record<string, string>
  read(endpoint: Endpoint, response: HttpResponse, maxBytes: number): Promise<Answer>
  /** Windows that all calls of the app share whatever their endpoint, and the codes that say that one of them is full. */
  readonly shared?: { readonly limited: Limited; readonly codes: ReadonlySet<string> }
}

/** TikTok for Developers. */
export const openDialect: Dialect = {
  tokenHeader: (token) => ({ authorization: `Bearer ${token}` }),
  read: readAnswer,
}

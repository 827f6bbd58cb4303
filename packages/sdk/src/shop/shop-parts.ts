import type { Clock, Random, Secret } from '@tockwork/kernel'
import type { OnEvent } from '../events.ts'
import type { Http } from '../http.ts'
import type { ShopWindows } from './shop-windows.ts'

/** What the parts of one client share. */
export interface ShopParts {
  appKey: string
  appSecret: Secret
  /** Where both of TikTok Shop's hosts are sent instead. */
  origin: string | undefined
  http: Http
  clock: Clock
  random: Random
  onEvent: OnEvent | undefined
  maxAttempts: number
  maxAnswerBytes: number
  windows: ShopWindows
}

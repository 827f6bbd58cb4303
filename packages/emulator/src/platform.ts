import type { Clock } from '@tockwork/kernel'
import type { SlidingWindows } from './limits.ts'
import type { Settings } from './settings.ts'
import type { Ids } from './state/ids.ts'
import type { World } from './state/model.ts'
import type { Timers } from './time/timers.ts'
import type { VirtualClock } from './time/virtual-clock.ts'

/** What a handler works with: the emulated world and its services. Assembled in `emulator.ts` alone. */
export interface Platform {
  world: World
  clock: VirtualClock
  real: Clock
  ids: Ids
  settings: Settings
  timers: Timers
  limits: SlidingWindows
  /** Folder for received media. */
  mediaFolder: string
  /** Where this emulator is reached, without a slash at the end. */
  origin: () => string
  /** Where media is sent. */
  uploadOrigin: () => string
  /** Tells an app's webhook; does nothing when it has none. */
  notify: (clientKey: string, event: string, openId: string | undefined, content: unknown) => void
}

/** A failure with a code of the contract, from deep inside a handler. */
export class Refusal extends Error {
  readonly code: string
  /** HTTP status, where no catalogue has one for this code. */
  readonly status: number | undefined

  constructor(code: string, message: string, status?: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

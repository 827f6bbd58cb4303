import { setImmediate as turn } from 'node:timers/promises'
import type { Scope } from '@tockwork/contracts'
import { type Emulator, type EmulatorOptions, startEmulator } from '@tockwork/emulator'
import { seededRandom } from '@tockwork/kernel'
import { type Creator, type Grant, TikTok, type TikTokOptions } from '@tockwork/sdk'

export interface TestkitOptions {
  emulator?: EmulatorOptions
  sdk?: Partial<TikTokOptions>
  /** Which of the emulator's apps the SDK is. */
  app?: { clientKey: string; clientSecret: string }
}

export interface Connected {
  creator: Creator
  openId: string
  grant: Grant
}

const ALL_SCOPES: readonly Scope[] = [
  'user.info.basic',
  'user.info.profile',
  'user.info.stats',
  'video.list',
  'video.publish',
  'video.upload',
]
const REDIRECT = 'https://example.com/callback'
/** Turns of the event loop without any request under way after which everyone is taken to be waiting for time. */
const QUIET_TURNS = 25

/** The emulator and the SDK in one process, sharing a clock that stands still until it is moved. */
export class Testkit {
  readonly emulator: Emulator
  readonly tiktok: TikTok
  readonly #options: TestkitOptions

  constructor(emulator: Emulator, options: TestkitOptions) {
    this.emulator = emulator
    this.#options = options
    this.tiktok = this.client()
  }

  /** Another client of the same app, such as a second process. */
  client(options: Partial<TikTokOptions> = {}): TikTok {
    const app = this.#options.app ?? { clientKey: 'tw-demo-app', clientSecret: 'tw-demo-secret' }
    return new TikTok({
      ...app,
      redirectUri: REDIRECT,
      origin: this.emulator.origin,
      clock: this.emulator.clock,
      random: seededRandom(1),
      ...this.#options.sdk,
      ...options,
    })
  }

  /** Sends a creator of the emulator through consent. */
  async connect(
    user = 'mika',
    options: { scopes?: readonly Scope[]; deny?: readonly Scope[]; client?: TikTok } = {},
  ): Promise<Connected> {
    const tiktok = options.client ?? this.tiktok
    const started = await tiktok.auth.start({ scopes: [...(options.scopes ?? ALL_SCOPES)] })
    const back = this.emulator.consent(started.url, user, options.deny ?? [])
    const grant = await tiktok.auth.finish(back, started)
    return { creator: tiktok.as(grant.openId), openId: grant.openId, grant }
  }

  /** Waits for a promise, moving the clock to the next thing that happens whenever everyone waits for time. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const done = (): void => {
      settled = true
    }
    promise.then(done, done)
    while (!settled) {
      await this.#quiet(() => settled)
      if (settled) break
      // Nobody asleep: something is at work that the clock does not know of, such as the disk.
      const { nextWake, now } = { nextWake: this.emulator.clock.nextWake, now: this.emulator.clock.now() }
      if (nextWake === undefined) continue
      const next = Math.min(nextWake, this.emulator.nextDue ?? nextWake)
      await this.emulator.advance(Math.max(0, (next - now) / 1000))
    }
    return promise
  }

  async close(): Promise<void> {
    await this.emulator.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #quiet(over: () => boolean): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !over(); quiet += 1) {
      await turn()
      if (this.emulator.activeRequests > 0) quiet = 0
    }
  }
}

/** Starts both. `await using testkit = await startTestkit()` closes them. */
export async function startTestkit(options: TestkitOptions = {}): Promise<Testkit> {
  const emulator = await startEmulator({
    frozen: true,
    now: '2026-11-24T12:00:00Z',
    seed: 'testkit',
    ...options.emulator,
  })
  return new Testkit(emulator, options)
}

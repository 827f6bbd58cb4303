/** A whole hub with its dashboard, on an emulator, and a browser to look at it. */
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDashboard } from '@tockwork/dashboard'
import { type Emulator, startEmulator } from '@tockwork/emulator'
import { type Hub, parseConfig, startHub } from '@tockwork/hub'
import { makeSampleVideo } from '@tockwork/media/sample'

export const CHROMIUM = '/usr/bin/chromium'
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--force-color-profile=srgb',
]
export const OWNER = { name: 'Robin', login: 'robin', password: 'a dozen words or so' }

/** Where a browser reads and writes nothing to a slow disk, if there is room. */
function scratch(): string {
  const { bavail, bsize } = statfsSync('/dev/shm', { bigint: false })
  return bavail * bsize > 2 ** 30 ? '/dev/shm' : tmpdir()
}

export class DashboardWorld {
  readonly hub: Hub
  readonly emulator: Emulator
  readonly ownerLink: string
  readonly origin: string
  readonly #folder: string
  readonly #key: string

  private constructor(hub: Hub, emulator: Emulator, folder: string) {
    this.hub = hub
    this.emulator = emulator
    this.#folder = folder
    this.#key = readFileSync(hub.adminKeyFile, 'utf8').trim()
    this.ownerLink = hub.ownerLink?.reveal() ?? ''
    // One host for all: cookies are of a host, and links name the public one.
    this.origin = new URL(this.ownerLink).origin
  }

  static async start(): Promise<DashboardWorld> {
    const folder = mkdtempSync(join(scratch(), 'tockwork-dashboard-'))
    const dashboard = openDashboard()
    const emulator = await startEmulator({ port: 0, seed: 'dashboard' })
    const [hub] = await Promise.all([
      startHub(
        parseConfig({
          TOCKWORK_DATA_DIR: folder,
          TOCKWORK_HUB_PORT: '0',
          TOCKWORK_TIKTOK_ORIGIN: emulator.origin,
          TOCKWORK_LOG_LEVEL: 'error',
          TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'true',
          TOCKWORK_MEDIA_CHECKS: 'rules',
        }),
        {
          dashboard,
          graceSeconds: 1,
          passwordCost: { logN: 10, r: 8, p: 1 },
          embeddedSettings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
        },
      ),
      dashboard.settled,
    ])
    if (dashboard.state() !== 'ready') throw new Error(dashboard.problem)
    return new DashboardWorld(hub, emulator, folder)
  }

  /** As the first API key, which may do everything. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  async api(method: string, path: string, body?: object | Uint8Array): Promise<any> {
    const bytes = body instanceof Uint8Array
    const answer = await fetch(`${this.hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined || bytes ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: bytes ? Buffer.from(body) : JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** Sends a creator of the emulator through consent, without a browser. */
  async connect(user: string, deny: readonly string[] = []): Promise<string> {
    const [app] = (await this.api('GET', '/v1/apps')).data
    const session = await this.api('POST', '/v1/connect-sessions', {
      app_id: app.id,
      external_user_id: `user-${user}`,
    })
    const gone = await fetch(session.url, { method: 'POST', redirect: 'manual' })
    await fetch(this.emulator.consent(gone.headers.get('location') ?? '', user, deny as never))
    return (await this.api('GET', `/v1/connect-sessions/${session.id}`)).account_id
  }

  async upload(name: string, seed: number): Promise<string> {
    const video = Buffer.from(makeSampleVideo({ durationSec: 5, seed }))
    return (await this.api('POST', `/v1/assets?name=${encodeURIComponent(name)}`, video)).id
  }

  async post(accountId: string, assetId: string, title: string, more: object = {}): Promise<string> {
    const { posts } = await this.api('POST', '/v1/posts', {
      accounts: [accountId],
      mode: 'direct',
      video: { asset_id: assetId },
      options: { privacy_level: 'SELF_ONLY', title },
      ...more,
    })
    return posts[0].id
  }

  async until<T>(look: () => Promise<T | undefined>, what: string, ms = 30_000): Promise<T> {
    for (const end = Date.now() + ms; Date.now() < end; ) {
      const found = await look()
      if (found !== undefined) return found
      await new Promise((go) => setTimeout(go, 150))
    }
    throw new Error(`It did not come to ${what}`)
  }

  async close(): Promise<void> {
    await this.hub.close()
    await this.emulator.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

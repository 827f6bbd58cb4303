/** The demo that reviewers want to see: login, each scope in use, the posting screen, what became of the post. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { HubClient } from '@tockwork/api'
import { scopes as knownScopes, type Scope } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'
import type { Browser } from 'playwright-core'
import type { Context } from '../context.ts'
import { FRAME_RATE, Recorder, type Recording } from './recording.ts'

export interface DemoWishes {
  client: HubClient
  appId: string
  scopes: readonly string[]
  /** Creator of the emulator who agrees by themselves; without one a person logs in, in a window. */
  user: string | undefined
  /** Where the product uses a scope, by scope. */
  pages: ReadonlyMap<string, string>
  /** How slowly the posting screen is walked through: 2 is half as fast. */
  pace: number
  /** A video to post, already in the hub. */
  assetId: string | undefined
  folder: string
  chromium: string
}

const PERSON_SECONDS = 300
const WALK_SECONDS = 180

export async function recordDemo(context: Context, wishes: DemoWishes): Promise<Recording> {
  const browser = await launch(wishes.chromium, wishes.user !== undefined)
  try {
    const recorder = await Recorder.open(browser, wishes.folder, context.clock)
    const account = await login(recorder, wishes)
    for (const scope of wishes.scopes) await useScope(recorder, wishes, scope, account)
    const { file, gif } = await makeVideo(context, wishes.folder)
    return { folder: wishes.folder, frames: recorder.frames, steps: recorder.steps, file, gif }
  } finally {
    await browser.close()
  }
}

async function launch(executablePath: string, headless: boolean): Promise<Browser> {
  const playwright = await import('playwright-core').catch(() => undefined)
  if (playwright === undefined)
    throw new UsageError('Recording wants the package playwright-core, which is not installed.', {
      field: '--record',
      action: 'npm install playwright-core',
    })
  try {
    return await playwright.chromium.launch({
      executablePath,
      headless,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
  } catch (cause) {
    throw new UsageError(`No browser could be started at ${executablePath}.`, {
      field: '--browser',
      action: 'Name a Chromium or Chrome of this machine.',
      cause,
    })
  }
}

/** From the product's link over TikTok's consent page back; the account that came of it. */
async function login(recorder: Recorder, { client, appId, scopes, user }: DemoWishes): Promise<string> {
  const { page } = recorder
  const session = (await client.connectSessions.create({
    body: { app_id: appId, scopes: [...scopes] },
  })) as { id: string; url: string }
  let account: string | null = null
  await recorder.step(null, 'Login, and the consent to every scope', async () => {
    await page.goto(session.url)
    await recorder.hold()
    await page.locator('form button[type=submit]').first().click()
    await page.waitForLoadState()
    await recorder.hold()
    if (user !== undefined) {
      await page.locator('label', { hasText: user }).first().click()
      await recorder.hold()
      await page.locator('button[name=decision][value=allow]').click()
    }
    const connected = async (): Promise<boolean> => {
      const now = (await client.connectSessions.get({
        params: { session_id: session.id },
      })) as { account_id: string | null }
      account = now.account_id
      return account !== null
    }
    if (!(await recorder.until(connected, user === undefined ? PERSON_SECONDS : 30)))
      throw new UsageError('Nobody agreed at the consent page, so there is no login to show.', {
        field: '--record',
        action: 'Log in and agree in the window that opens.',
      })
    await recorder.hold()
  })
  return account as unknown as string
}

/** Where the product shows a scope; the hub itself has screens for posting and for who is connected. */
async function useScope(
  recorder: Recorder,
  { client, pages, pace, assetId }: DemoWishes,
  scope: string,
  account: string,
): Promise<void> {
  const { page } = recorder
  const title = Object.hasOwn(knownScopes, scope) ? `${scope}: ${knownScopes[scope as Scope].title}` : scope
  const own = pages.get(scope)
  if (own !== undefined) {
    await recorder.step(scope, title, async () => {
      const answer = await page.goto(own)
      if (answer?.ok() === false)
        throw new UsageError(`${own} answers HTTP ${answer.status()}.`, { field: '--page' })
      await recorder.hold()
    })
    return
  }
  const posts = scope === 'video.publish' || scope === 'video.upload'
  // Where the creator's name and picture are shown, which is what the basic scope gives.
  if (!posts && scope !== 'user.info.basic') return
  const session = (await client.publishSessions.create({
    body: {
      accounts: [account],
      mode: scope === 'video.upload' ? 'draft' : 'direct',
      ...(assetId === undefined ? {} : { video: { asset_id: assetId } }),
      demo: posts && assetId !== undefined,
    },
  })) as { url: string }
  await recorder.step(scope, title, async () => {
    const walk = posts && assetId !== undefined
    await page.goto(walk ? `${session.url}?demo=1&pace=${pace}` : session.url)
    await page.locator('[data-ready]').first().waitFor({ state: 'attached' })
    if (!walk) return recorder.hold()
    const ended = async (): Promise<boolean> =>
      (await page.locator('html').getAttribute('data-demo')) === 'done' &&
      (await page.locator('[data-finished]').count()) > 0
    await recorder.until(ended, WALK_SECONDS)
    await recorder.hold()
  })
}

/** A video and a small moving picture, where ffmpeg is. */
async function makeVideo(context: Context, folder: string): Promise<Pick<Recording, 'file' | 'gif'>> {
  const frames = ['-y', '-v', 'error', '-framerate', String(FRAME_RATE), '-i', join(folder, 'frame-%05d.jpg')]
  const file = join(folder, 'demo.mp4')
  const gif = join(folder, 'demo.gif')
  const video = await ffmpeg(
    // Pages stand still for most of it: a slower preset makes it hardly smaller.
    [...frames, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', file],
    context.signal,
  )
  if (!video) return { file: null, gif: null }
  const moving = await ffmpeg([...frames, '-vf', 'fps=2,scale=640:-1', gif], context.signal)
  return { file, gif: moving ? gif : null }
}

function ffmpeg(args: readonly string[], signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn('ffmpeg', args, { stdio: 'ignore', signal })
    child.on('error', () => done(false))
    child.on('close', (code) => done(code === 0))
  })
}

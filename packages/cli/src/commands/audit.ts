/** `audit`: the packet that app review and the Content Posting audit ask for, from facts. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stringifyJson, UsageError } from '@tockwork/kernel'
import { readCodeUsage, scopesUsed } from '../assistant/code/code-usage.ts'
import { findHub } from '../assistant/hub-link.ts'
import { type DemoWishes, recordDemo } from '../audit/demo.ts'
import { readHubAudit } from '../audit/hub-facts.ts'
import { makePacket, packetPage } from '../audit/packet.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Reported } from '../output/failure.ts'
import { readAnswers } from '../setup/answers.ts'

export interface AuditOptions {
  code?: string
  scopes?: string
  app?: string
  out: string
  record?: boolean
  user?: string
  asset?: string
  pace: string
  page?: string[]
  browser: string
}

/** Exit code 1 while something would be refused as it stands. */
export async function audit(context: Context, options: AuditOptions): Promise<void> {
  const { out, cwd, config } = context
  const folder = resolve(cwd, options.out)
  const pages = pagesOf(options.page ?? [])
  const code = options.code === undefined ? undefined : await readCodeUsage(resolve(cwd, options.code))
  const link = await findHub(context)
  const hub = 'client' in link ? await readHubAudit(link, options.app) : undefined
  const scopes =
    options.scopes?.split(/[\s,]+/).filter(Boolean) ??
    (await readAnswers(config.dataDir)).scopes ??
    (code === undefined
      ? undefined
      : [...new Set([...code.asked.keys(), ...scopesUsed(code).map(({ scope }) => scope)])])
  if (scopes === undefined || scopes.length === 0)
    throw new UsageError('Which scopes does the app ask for?', {
      field: '--scopes',
      action: 'Name them, or --code FOLDER with your code, or answer `tockwork setup`.',
    })
  await mkdir(folder, { recursive: true })
  let recording: Awaited<ReturnType<typeof recordDemo>> | undefined
  if (options.record === true) {
    if (!('client' in link) || hub === undefined)
      throw new UsageError(`A recording wants a hub. ${'problem' in link ? link.problem : ''}`.trim(), {
        field: '--record',
        action: 'Start one with `npx tockwork dev`, or name it in TOCKWORK_HUB_URL.',
      })
    out.note('Recording. Leave the window alone, unless TikTok asks you to log in.')
    const wishes: DemoWishes = {
      client: link.client,
      appId: hub.app.id,
      scopes,
      user: options.user,
      pages,
      pace: paceOf(options.pace),
      assetId: options.asset,
      folder: join(folder, 'recording'),
      chromium: options.browser,
    }
    recording = await recordDemo(context, wishes)
  }
  const packet = makePacket({
    scopes,
    hub: 'client' in link && recording !== undefined ? await readHubAudit(link, options.app) : hub,
    code,
    recording,
  })
  await writeFile(join(folder, 'packet.md'), packetPage(packet))
  await writeFile(join(folder, 'packet.json'), `${stringifyJson(packet, 2)}\n`)
  out.result({ folder, ...packet }, [
    `Packet in ${join(folder, 'packet.md')}: ${packet.scopes.length} scopes${recording === undefined ? '' : `, a recording of ${recording.frames} frames`}.`,
    ...packet.gaps.map((gap) => `${out.style('yellow', '!')} ${gap}`),
    ...(packet.gaps.length === 0
      ? [`${out.style('green', '✓')} Nothing is missing that this program can see.`]
      : []),
  ])
  if (packet.gaps.length > 0) throw new Reported(exitCodes.failure)
}

function paceOf(text: string): number {
  const pace = Number(text)
  if (pace >= 0.1 && pace <= 10) return pace
  throw new UsageError(`--pace ${text} is no number from 0.1 to 10.`, { field: '--pace' })
}

function pagesOf(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [, scope = '', address = ''] = /^([^=]+)=(.+)$/.exec(pair) ?? []
      if (!/^https?:/.test(address) || !URL.canParse(address))
        throw new UsageError(`--page ${pair} is not SCOPE=ADDRESS.`, {
          field: '--page',
          action: 'Such as --page video.list=https://app.example.com/videos',
        })
      return [scope, address] as const
    }),
  )
}

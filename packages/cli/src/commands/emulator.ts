/** `emulator …`: the control API of the running emulator, by hand. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import type { Context } from '../context.ts'
import { Control } from '../control.ts'
import { table } from '../output/output.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { emulatorOrigin } from '../target.ts'
import { readSettingPairs } from './settings-pairs.ts'

async function controlOf(context: Context): Promise<Control> {
  return new Control(context, await emulatorOrigin(context))
}

export async function clock(context: Context, options: { advance?: string; to?: string }): Promise<void> {
  if (options.advance !== undefined && options.to !== undefined) {
    throw new UsageError('--advance and --to exclude each other.', { field: '--to' })
  }
  const change =
    options.advance !== undefined
      ? { advance_seconds: readDuration(options.advance) }
      : options.to === undefined
        ? undefined
        : { now: options.to }
  const control = await controlOf(context)
  const state = (await (change === undefined
    ? control.send('GET', 'clock')
    : control.send('POST', 'clock', change))) as {
    now: string
    frozen: boolean
    offset_seconds: number
  }
  context.out.result(
    state,
    `${state.now}${state.frozen ? ', frozen' : ''}${state.offset_seconds === 0 ? '' : `, ${state.offset_seconds} s ahead`} (emulator at ${control.origin})`,
  )
}

interface Fault {
  id: string
  match?: unknown
  action: unknown
  times?: number
  seen: number
  fired: number
}

export async function faults(
  context: Context,
  options: { add?: string[]; clear?: string | true },
): Promise<void> {
  const { out } = context
  const specs = (options.add ?? []).map(readJson)
  const control = await controlOf(context)
  if (options.clear !== undefined) {
    await control.send(
      'DELETE',
      options.clear === true ? 'faults' : `faults/${encodeURIComponent(options.clear)}`,
    )
  }
  for (const spec of specs) await control.send('POST', 'faults', spec)
  const answer = (await control.send('GET', 'faults')) as { faults: Fault[] }
  out.result(
    answer,
    answer.faults.length === 0
      ? `No faults are set (emulator at ${control.origin}).`
      : table(
          answer.faults.map(({ id, match, action, times, seen, fired }) => [
            id,
            `match ${JSON.stringify(match ?? {})}`,
            `action ${JSON.stringify(action)}`,
            `fired ${fired}${times === undefined ? '' : ` of ${times}`}, seen ${seen}`,
          ]),
        ),
  )
}

interface Logged {
  id: number
  at: string
  method: string
  path: string
  status: number
  verdict: string
  user?: string
  took_ms: number
  warnings: string[]
}

const FOLLOW_MS = 500

export async function requests(
  context: Context,
  options: { limit?: string; follow?: boolean },
): Promise<void> {
  const { out, signal, clock: time } = context
  const limit = Number(options.limit ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 2000) {
    throw new UsageError(`--limit is ${options.limit}; 1 to 2000 are possible.`, { field: '--limit' })
  }
  const control = await controlOf(context)
  const get = async (most: number): Promise<Logged[]> =>
    ((await control.send('GET', `requests?limit=${most}`)) as { requests: Logged[] }).requests
  const first = await get(limit)
  if (options.follow !== true) {
    return out.result({ requests: first }, first.length === 0 ? 'No requests yet.' : first.map(requestLine))
  }
  let last = 0
  const show = (entries: Logged[]): void => {
    for (const entry of entries) {
      if (entry.id > last) out.item(entry, requestLine(entry))
      last = Math.max(last, entry.id)
    }
  }
  show(first)
  while (!signal.aborted) {
    await time.sleep(FOLLOW_MS, signal).catch(() => undefined)
    if (!signal.aborted) show(await get(500))
  }
}

export async function reset(context: Context): Promise<void> {
  const control = await controlOf(context)
  context.out.result(
    await control.send('POST', 'reset'),
    `The world at ${control.origin} is as new. Logins are gone too: tockwork login.`,
  )
}

export async function snapshot(context: Context, file: string): Promise<void> {
  const control = await controlOf(context)
  const text = await control.raw('GET', 'snapshot')
  await writePrivateFile(resolve(context.cwd, file), text)
  context.out.result(
    { file: resolve(context.cwd, file), bytes: text.length },
    `Wrote ${file}; it holds tokens of the emulator.`,
  )
}

export async function restore(context: Context, file: string): Promise<void> {
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch((cause: Error) => {
    throw new UsageError(`${file}: ${cause.message}`, { field: 'file', cause })
  })
  const control = await controlOf(context)
  await control.raw('PUT', 'snapshot', text)
  context.out.result(
    { file: resolve(context.cwd, file), restored: true },
    `The world at ${control.origin} is that of ${file}.`,
  )
}

export async function settings(context: Context, pairs: readonly string[]): Promise<void> {
  const control = await controlOf(context)
  const known = (await control.send('GET', 'settings')) as Record<string, unknown>
  const now =
    pairs.length === 0
      ? known
      : ((await control.send('POST', 'settings', readSettingPairs(pairs, known))) as Record<string, unknown>)
  context.out.result(now, table(Object.entries(now).map(([name, value]) => [name, String(value)])))
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90`, `90s`, `15m`, `2h`, `3d` in seconds. */
function readDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])?$/.exec(text) ?? []
  if (number !== undefined) return Number(number) * (UNITS[unit] ?? 1)
  throw new UsageError(`--advance is ${JSON.stringify(text)}; expected 90, 90s, 15m, 2h or 3d.`, {
    field: '--advance',
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`--add is not JSON: ${(cause as Error).message}`, {
      field: '--add',
      action: `Example: --add '{"match":{"endpoint":"posting.initVideo"},"times":1,"action":{"status":500,"code":"internal_error"}}'`,
      cause,
    })
  }
}

function requestLine({ at, method, path, status, verdict, user, took_ms, warnings }: Logged): string {
  const took = `${Math.round(took_ms)} ms`
  const line = `${at.slice(11, 19)}  ${status}  ${method.padEnd(4)} ${path}  ${verdict}${user === undefined ? '' : `  @${user}`}  ${took}`
  return [line, ...warnings.map((warning) => `          ! ${warning}`)].join('\n')
}

/** `changes`: what TikTok began, changed and ended, and what of it the hub's apps call. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { byDay, type Change, changesSince, toCalendar } from '@tockwork/contracts/knowledge'
import { shopChangesSince } from '@tockwork/contracts/shop/changes'
import { UsageError } from '@tockwork/kernel'
import { findHub } from '../assistant/hub-link.ts'
import type { Context } from '../context.ts'

export interface ChangesOptions {
  since?: string
  ics?: string
  /** Ask the hub what of it is in use. */
  hub?: boolean
  api?: string
}

/** A change, and where a hub was asked, the endpoints of it that its apps have called. */
type Told = Change & { used?: readonly { endpoint: string; last_called_at: string }[] }

type Needs = Pick<Context, 'out' | 'cwd' | 'clock' | 'config' | 'fetch' | 'random'>

export async function changes(context: Needs, options: ChangesOptions): Promise<void> {
  const { out, cwd, clock } = context
  const { since, ics } = options
  if (since !== undefined && !isDay(since))
    throw new UsageError(`--since ${since} is no day such as 2026-01-01.`, { field: '--since' })
  const found = options.hub === true ? await ofTheHub(context, since, options.api) : known(since, options.api)
  const now = new Date(clock.now())
  const file = ics === undefined ? undefined : resolve(cwd, ics)
  if (file !== undefined) await writeFile(file, toCalendar(found, now))
  const none =
    options.hub === true
      ? 'Nothing that the apps of the hub have called is known to change.'
      : `Nothing is known to have changed since ${since}.`
  out.result({ since: since ?? null, changes: found, ...(file === undefined ? {} : { ics: file }) }, [
    ...(found.length === 0 ? [none] : []),
    ...found.flatMap((change, index) => [
      ...(index === 0 ? [] : ['']),
      ...describe(change, now.toISOString().slice(0, 10), out),
    ]),
    ...(file === undefined ? [] : ['', `Wrote ${file}`]),
  ])
}

function known(since: string | undefined, api: string | undefined): Told[] {
  if (api !== undefined && api !== 'open' && api !== 'shop')
    throw new UsageError(`--api ${api} is neither open nor shop.`, { field: '--api' })
  const open = api === 'shop' ? [] : changesSince(since)
  const shop = api === 'open' ? [] : shopChangesSince(since)
  return [...open, ...shop].sort(byDay)
}

/** What the hub's own record of calls says is touched. */
async function ofTheHub(context: Needs, since: string | undefined, api: string | undefined): Promise<Told[]> {
  const link = await findHub(context)
  if (!('client' in link))
    throw new UsageError(link.problem, {
      code: 'no_hub',
      field: '--hub',
      action: 'Start it with `tockwork serve`, or set TOCKWORK_HUB_URL and TOCKWORK_API_KEY.',
    })
  const { data } = await link.client.changes.list({ query: since === undefined ? {} : { since } })
  const used = new Map(data.map((each) => [each.id, each.used]))
  return known(since, api).flatMap((change) => {
    const calls = used.get(change.id)
    return calls === undefined ? [] : [{ ...change, used: calls }]
  })
}

const MOST_NAMED = 6

function describe(change: Told, today: string, out: Context['out']): string[] {
  const { date, announced, kind, what, action, due, touches, source, provenance, used } = change
  const when = date ?? (announced === null ? 'no date' : `announced ${announced}, no date`)
  const touched = [...touches.endpoints, ...touches.addresses, ...touches.fields]
  const more = touched.length - MOST_NAMED
  const calls = used?.map(
    ({ endpoint, last_called_at }) => `${endpoint} (last ${last_called_at.slice(0, 10)})`,
  )
  return [
    `${out.style('bold', when)}  ${kind}  ${what}`,
    `  To do    ${action}`,
    `  By       ${due === null ? 'TikTok has set no day' : due < today ? `${due} (has passed)` : due}`,
    ...(touched.length === 0
      ? []
      : [`  Touches  ${touched.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`]),
    ...(calls === undefined ? [] : [`  Used     ${calls.join(', ')}`]),
    `  Source   ${source}`,
    ...(provenance === 'documented' ? [] : ['  Unconfirmed: no page of TikTok that could be read says so.']),
  ]
}

/** A real day: `2026-02-30` is none. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

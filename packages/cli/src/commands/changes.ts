/** `changes`: what TikTok began, changed and ended. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Change, changesSince } from '@tockwork/contracts/knowledge'
import { UsageError } from '@tockwork/kernel'
import { toCalendar } from '../assistant/calendar.ts'
import type { Context } from '../context.ts'

export async function changes(
  { out, cwd, clock }: Pick<Context, 'out' | 'cwd' | 'clock'>,
  { since, ics }: { since?: string; ics?: string },
): Promise<void> {
  if (since !== undefined && !isDay(since))
    throw new UsageError(`--since ${since} is no day such as 2026-01-01.`, { field: '--since' })
  const found = changesSince(since)
  const now = new Date(clock.now())
  const file = ics === undefined ? undefined : resolve(cwd, ics)
  if (file !== undefined) await writeFile(file, toCalendar(found, now))
  out.result({ since: since ?? null, changes: found, ...(file === undefined ? {} : { ics: file }) }, [
    ...(found.length === 0 ? [`Nothing is known to have changed since ${since}.`] : []),
    ...found.flatMap((change, index) => [
      ...(index === 0 ? [] : ['']),
      ...describe(change, now.toISOString().slice(0, 10), out),
    ]),
    ...(file === undefined ? [] : ['', `Wrote ${file}`]),
  ])
}

function describe(change: Change, today: string, out: Context['out']): string[] {
  const { date, announced, kind, what, action, due, touches, source, provenance } = change
  const when = date ?? (announced === null ? 'no date' : `announced ${announced}, no date`)
  const touched = [...touches.endpoints, ...touches.addresses, ...touches.fields]
  return [
    `${out.style('bold', when)}  ${kind}  ${what}`,
    `  To do    ${action}`,
    `  By       ${due === null ? 'TikTok has set no day' : due < today ? `${due} (has passed)` : due}`,
    ...(touched.length === 0 ? [] : [`  Touches  ${touched.join(', ')}`]),
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

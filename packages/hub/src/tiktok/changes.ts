/** What TikTok began, changed and ended, of the open API and of TikTok Shop, and the calendar of it. */
import { byDay, type Change, changesSince, toCalendar } from '@tockwork/contracts/knowledge'
import { shopChangesSince } from '@tockwork/contracts/shop/changes'

export { type Change, toCalendar }

let known: readonly Change[] | undefined

/** Everything that is known, by day. */
export function allChanges(): readonly Change[] {
  known ??= [...changesSince(), ...shopChangesSince()].sort(byDay)
  return known
}

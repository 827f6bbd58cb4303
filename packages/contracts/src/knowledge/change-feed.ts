/** The dates of {@link lifecycle} as a feed: what changed, what it touches, and what to do by when. */
import { type LifecycleEvent, lifecycle } from './lifecycle.ts'

export interface Change {
  id: string
  kind: LifecycleEvent['kind']
  /** Day from which it holds, or null where TikTok has set none. */
  date: string | null
  /** Day on which it was announced, where that is what is known. */
  announced: string | null
  what: string
  action: string
  /** Day by which to act, or null where there is none yet. */
  due: string | null
  touches: {
    /** Ids of endpoints. */
    endpoints: readonly string[]
    /** Addresses that end or change. */
    addresses: readonly string[]
    /** Fields of answers. */
    fields: readonly string[]
  }
  source: string
  provenance: LifecycleEvent['provenance']
}

/**
 * What became known or took effect on a day or later, by date; what has no day at all comes last, and always.
 * @param since ISO day such as `2026-01-01`; everything without it.
 */
export function changesSince(since?: string, events: readonly LifecycleEvent[] = lifecycle): Change[] {
  return events
    .filter(({ date, announced }) => {
      const days = [date, announced].filter((day) => day !== undefined)
      return since === undefined || days.length === 0 || days.some((day) => day >= since)
    })
    .map(toChange)
    .sort(byDay)
}

/** In the order of their days; what has none comes last. */
export function byDay(a: Change, b: Change): number {
  return sortKey(a).localeCompare(sortKey(b))
}

function toChange(event: LifecycleEvent): Change {
  const { id, kind, date, announced, what, action, due, affects = [], endpoints = [] } = event
  return {
    id,
    kind,
    date: date ?? null,
    announced: announced ?? null,
    what,
    action,
    due: due ?? date ?? null,
    touches: {
      endpoints,
      addresses: affects.filter((each) => each.startsWith('https://')),
      fields: affects.filter((each) => !each.startsWith('https://')),
    },
    source: event.source,
    provenance: event.provenance,
  }
}

function sortKey({ date, announced, id }: Change): string {
  return `${date ?? announced ?? '9999'} ${id}`
}

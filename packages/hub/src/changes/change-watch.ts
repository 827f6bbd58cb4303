/** What of TikTok's changes touches a workspace, and telling it before the day comes. */
import type { Clock, Random } from '@tockwork/kernel'
import {
  type CalledEndpoint,
  deleteOldNotices,
  listCalledEndpoints,
  noteTold,
  workspacesThatCall,
} from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import type { UnitOfWork } from '../storage/unit-of-work.ts'
import type { Change } from '../tiktok/changes.ts'
import { recordEvent } from '../webhooks/record-event.ts'

/** A workspace is told when so many days are left, once each. */
const DAYS_BEFORE = [90, 30, 7] as const
const DAY_MS = 86_400_000
const NOTICES_KEPT_DAYS = 400

/** A change, and the endpoints of it that are in use here; none where it touches nothing. */
export interface TouchingChange extends Change {
  used: CalledEndpoint[]
  /** Until its day, counted in days of UTC; negative when it has passed, null where there is none. */
  daysLeft: number | null
}

export interface ChangeWatchParts {
  db: Database
  unitOfWork: UnitOfWork
  clock: Clock
  random: Random
  /** Everything that is known to change. */
  changes: () => readonly Change[]
}

export class ChangeWatch {
  readonly #parts: ChangeWatchParts

  constructor(parts: ChangeWatchParts) {
    this.#parts = parts
  }

  /** Every change with what it touches of this workspace, by day. */
  async of(workspaceId: string): Promise<TouchingChange[]> {
    const { changes, clock, db } = this.#parts
    const called = await listCalledEndpoints(db, workspaceId)
    return changes().map((change) => touching(change, called, clock.now()))
  }

  /**
   * Tells every workspace of what comes near. Several processes may do so at once: each notice is told in the
   * transaction that writes it down. @returns how many were told
   */
  async tell(): Promise<number> {
    const { clock, db } = this.#parts
    let told = 0
    for (const workspaceId of await workspacesThatCall(db))
      for (const change of await this.of(workspaceId))
        if (change.used.length > 0 && (await this.#tellOne(workspaceId, change))) told += 1
    await deleteOldNotices(db, dayOf(clock.now() - NOTICES_KEPT_DAYS * DAY_MS))
    return told
  }

  async #tellOne(workspaceId: string, change: TouchingChange): Promise<boolean> {
    const { due, daysLeft } = change
    if (due === null || daysLeft === null || daysLeft < 0) return false
    // Who begins late is told once, not three times at one moment.
    const reached = DAYS_BEFORE.filter((days) => daysLeft <= days)
    const daysBefore = reached.at(-1)
    if (daysBefore === undefined) return false
    const { clock, unitOfWork } = this.#parts
    const at = clock.now()
    return unitOfWork(async (work) => {
      if (!(await noteTold(work.tx, { workspaceId, changeId: change.id, due, daysBefore, at }))) return false
      const data = {
        change_id: change.id,
        kind: change.kind,
        what: change.what,
        action: change.action,
        due,
        days_left: daysLeft,
        endpoints: [...new Set(change.used.map(({ endpoint }) => endpoint))],
        source: change.source,
        unconfirmed: change.provenance !== 'documented',
      }
      const event = { type: 'api_change.due', workspaceId, accountId: null, data, at } as const
      await recordEvent(work, event, this.#parts)
      return true
    })
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

function touching(change: Change, called: readonly CalledEndpoint[], now: number): TouchingChange {
  const { endpoints } = change.touches
  return {
    ...change,
    used: called.filter(({ endpoint }) => endpoints.includes(endpoint)),
    daysLeft:
      change.due === null ? null : Math.round((Date.parse(change.due) - Date.parse(dayOf(now))) / DAY_MS),
  }
}

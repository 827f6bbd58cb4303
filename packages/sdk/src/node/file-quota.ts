/**
 * A Research project's quota of the day in a folder, shared by all of its programs on this machine.
 *
 * A file a UTC day and quota; each line is what one process spent or gave back: `requests records`. Appending a short
 * line is atomic on a local disk, so no lock is needed, and a crash leaves whole lines.
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock } from '@tockwork/kernel'
import {
  limitsOf,
  nextReset,
  type QuotaLedger,
  type QuotaLimits,
  type QuotaName,
  type QuotaState,
  REFUSAL_HOLDS_MS,
} from '../research/quota.ts'

interface Day {
  path: string
  /** Bytes that were read. */
  read: number
  requests: number
  records: number
  /** Milliseconds since the epoch. */
  refusedAt: number
}

const DAY_MS = 86_400_000
const KEPT_DAYS = 40

/** A few bytes at a time, twice a request: reading and writing them at once costs less than waiting for them would. */
export class FileQuotaLedger implements QuotaLedger {
  readonly #folder: string
  readonly #project: string
  readonly #clock: Clock
  readonly #limits: QuotaLimits
  readonly #days = new Map<QuotaName, Day>()
  #made = false

  /**
   * @param folder made when it does not exist
   * @param clientKey of the project; only its digest is written
   */
  constructor(folder: string, clientKey: string, options: { clock?: Clock; limits?: QuotaLimits } = {}) {
    this.#folder = folder
    this.#project = createHash('sha256').update(clientKey).digest('hex').slice(0, 12)
    this.#clock = options.clock ?? systemClock
    this.#limits = options.limits ?? {}
  }

  state(quota: QuotaName): QuotaState {
    const { requests, records, refusedAt } = this.#present(quota)
    return {
      requests,
      records,
      refused: this.#holds(refusedAt),
      limits: limitsOf(quota, this.#limits),
      resetsAt: nextReset(this.#clock.now()),
    }
  }

  take(quota: QuotaName): boolean {
    const limits = limitsOf(quota, this.#limits)
    const before = this.#present(quota)
    if (
      this.#holds(before.refusedAt) ||
      before.requests >= limits.requests ||
      before.records >= limits.records
    )
      return false
    const after = this.#present(quota, '1 0\n')
    if (after.requests <= limits.requests) return true
    // Others took the last ones at the same moment.
    this.#present(quota, '-1 0\n')
    return false
  }

  record(quota: QuotaName, records: number): void {
    if (records > 0) this.#present(quota, `0 ${records}\n`)
  }

  refused(quota: QuotaName): void {
    this.#present(quota, `refused ${this.#clock.now()}\n`)
  }

  #holds(refusedAt: number): boolean {
    return this.#clock.now() - refusedAt < REFUSAL_HOLDS_MS
  }

  /** The present day, with what others have added, after this line was. */
  #present(quota: QuotaName, line = ''): Day {
    if (!this.#made) this.#make()
    const date = new Date(this.#clock.now()).toISOString().slice(0, 10)
    const path = join(this.#folder, `${this.#project}-${quota}-${date}.quota`)
    let day = this.#days.get(quota)
    if (day?.path !== path) {
      day = { path, read: 0, requests: 0, records: 0, refusedAt: Number.NEGATIVE_INFINITY }
      this.#days.set(quota, day)
    }
    const file = openSync(path, 'a+', 0o600)
    try {
      if (line !== '') writeSync(file, line)
      readOn(day, file)
    } finally {
      closeSync(file)
    }
    return day
  }

  #make(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const oldest = new Date(this.#clock.now() - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10)
    for (const name of readdirSync(this.#folder)) {
      const date = /-(\d{4}-\d\d-\d\d)\.quota$/.exec(name)?.[1]
      if (date !== undefined && date < oldest) rmSync(join(this.#folder, name), { force: true })
    }
    this.#made = true
  }
}

/** Reads the whole lines that were added; one that is being written is left for the next time. */
function readOn(day: Day, file: number): void {
  const { size } = fstatSync(file)
  if (size <= day.read) return
  const bytes = Buffer.alloc(size - day.read)
  const end = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, day.read)).lastIndexOf(0x0a) + 1
  for (const line of bytes.subarray(0, end).toString('latin1').split('\n')) {
    const refused = /^refused (\d+)$/.exec(line)
    if (refused !== null) day.refusedAt = Number(refused[1])
    const found = /^(-?\d+) (\d+)$/.exec(line)
    if (found === null) continue
    day.requests += Number(found[1])
    day.records += Number(found[2])
  }
  day.read += end
}

/**
 * A Research project's quota of the day in a folder, shared by all of its programs on this machine.
 *
 * A file a UTC day and quota; each line is what one process spent or gave back: `requests records`. Appending a short
 * line is atomic on a local disk, so no lock is needed, and a crash leaves whole lines.
 */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '@tockwork/kernel'
import {
  limitsOf,
  nextReset,
  type QuotaLedger,
  type QuotaLimits,
  type QuotaName,
  type QuotaState,
} from '../research/quota.ts'

interface Day {
  path: string
  /** Bytes that were read. */
  read: number
  requests: number
  records: number
  refused: boolean
}

const DAY_MS = 86_400_000
const KEPT_DAYS = 40

export class FileQuotaLedger implements QuotaLedger {
  readonly #folder: string
  readonly #project: string
  readonly #clock: Clock
  readonly #limits: QuotaLimits
  readonly #days = new Map<QuotaName, Day>()
  #made: Promise<void> | undefined

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

  async state(quota: QuotaName): Promise<QuotaState> {
    const { requests, records, refused } = await this.#present(quota)
    return {
      requests,
      records,
      refused,
      limits: limitsOf(quota, this.#limits),
      resetsAt: nextReset(this.#clock.now()),
    }
  }

  async take(quota: QuotaName): Promise<boolean> {
    const limits = limitsOf(quota, this.#limits)
    const before = await this.#present(quota)
    if (before.refused || before.requests >= limits.requests || before.records >= limits.records) return false
    await appendFile(before.path, '1 0\n')
    const after = await this.#present(quota)
    if (after.requests <= limits.requests) return true
    // Others took the last ones at the same moment.
    await appendFile(after.path, '-1 0\n')
    return false
  }

  async record(quota: QuotaName, records: number): Promise<void> {
    if (records > 0) await appendFile((await this.#present(quota)).path, `0 ${records}\n`)
  }

  async refused(quota: QuotaName): Promise<void> {
    await appendFile((await this.#present(quota)).path, 'refused\n')
  }

  /** The present day, with what others have added. */
  async #present(quota: QuotaName): Promise<Day> {
    this.#made ??= this.#make()
    await this.#made
    const date = new Date(this.#clock.now()).toISOString().slice(0, 10)
    const path = join(this.#folder, `${this.#project}-${quota}-${date}.quota`)
    let day = this.#days.get(quota)
    if (day?.path !== path) {
      day = { path, read: 0, requests: 0, records: 0, refused: false }
      this.#days.set(quota, day)
    }
    await readOn(day)
    return day
  }

  async #make(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const oldest = new Date(this.#clock.now() - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10)
    for (const name of await readdir(this.#folder)) {
      const date = /-(\d{4}-\d\d-\d\d)\.quota$/.exec(name)?.[1]
      if (date !== undefined && date < oldest) await rm(join(this.#folder, name), { force: true })
    }
  }
}

/** Reads the whole lines that were added; one that is being written is left for the next time. */
async function readOn(day: Day): Promise<void> {
  const file = await open(day.path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    if (size <= day.read) return
    const bytes = Buffer.alloc(size - day.read)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, day.read)
    const end = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1
    for (const line of bytes.subarray(0, end).toString('latin1').split('\n')) {
      if (line === 'refused') day.refused = true
      const found = /^(-?\d+) (\d+)$/.exec(line)
      if (found === null) continue
      day.requests += Number(found[1])
      day.records += Number(found[2])
    }
    day.read += end
  } finally {
    await file.close()
  }
}

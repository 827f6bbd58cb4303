/** Who is killed, and when. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '@tockwork/kernel'
import { type HubSlot, killPostmaster } from './processes.ts'

export interface Kills {
  hub: number
  database: number
  starting: number
}

export interface KillOptions {
  kills: number
  /** How long the storm may last at most, reached or not. */
  minutes: number
  /** Of the embedded PostgreSQL; absent: the database is not ours to kill. */
  databaseFolder: string | undefined
  say: (line: string) => void
}

/** Kills a process, its database, or both, at moments drawn from the seed, until there were enough. */
export async function killAround(
  slots: readonly HubSlot[],
  random: Random,
  options: KillOptions,
): Promise<Kills> {
  const kills: Kills = { hub: 0, database: 0, starting: 0 }
  const until = Date.now() + options.minutes * 60_000
  const starting = new Map<HubSlot, Promise<void>>()
  const { databaseFolder } = options
  const ownDatabase = databaseFolder !== undefined
  const total = (): number => kills.hub + kills.database
  let said = 0
  while (total() < options.kills && Date.now() < until) {
    // Long enough for work to begin, short enough that little of it ends.
    await pause(300 + random.next() ** 2 * 3_000)
    const up = slots.filter((slot) => !starting.has(slot))
    if (up.length === 0) {
      await Promise.race(starting.values())
      continue
    }
    const chance = random.next()
    const victims = chance > 0.93 ? up : [up[Math.floor(random.next() * up.length)] as HubSlot]
    const alsoDatabase = ownDatabase && (chance < 0.12 || chance > 0.9)
    const onlyDatabase = ownDatabase && chance >= 0.12 && chance < 0.27
    if ((alsoDatabase || onlyDatabase) && killPostmaster(databaseFolder)) kills.database += 1
    if (onlyDatabase) continue
    for (const slot of victims) {
      await slot.kill()
      kills.hub += 1
      const early = random.next() < 0.15 ? random.next() * 1_200 : undefined
      const begun = slot.start(early, () => {
        kills.hub += 1
        kills.starting += 1
      })
      starting.set(
        slot,
        begun.finally(() => starting.delete(slot)),
      )
    }
    if (slots.length === 1) await Promise.all(starting.values())
    if (total() - said >= 20) {
      said = total()
      options.say(`${said} kills`)
    }
  }
  await Promise.all(starting.values())
  return kills
}

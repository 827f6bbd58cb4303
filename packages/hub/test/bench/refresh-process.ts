/**
 * A process of the hub that refreshes whatever is due until nothing is, against a token endpoint: database, origin,
 * master key, and when to begin. Prints how many it refreshed and when it ended.
 */
import { cryptoRandom, systemClock } from '@tockwork/kernel'
import { createAccountServices } from '../../src/connect/services.ts'
import { silentLog } from '../../src/observability/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { refreshDue } from '../../src/tokens/refresh-due.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'

const [url = '', tiktokOrigin, masterKey = '', startAt = '0'] = process.argv.slice(2)
const { db, close } = openDatabase({ url, max: 4 })
const { refreshDueParts } = createAccountServices({
  db,
  unitOfWork: createUnitOfWork(db, { send: async () => null }),
  vault: new Vault(parseMasterKeys(masterKey)),
  clock: systemClock,
  random: cryptoRandom,
  log: silentLog,
  holder: `bench-${process.pid}`,
  publicUrl: 'http://localhost:4848',
  tiktokOrigin,
})
await systemClock.sleep(Math.max(0, Number(startAt) - systemClock.now()))
const { renewed, claimed } = await refreshDue(refreshDueParts)
await close()
process.stdout.write(`${JSON.stringify({ renewed, claimed, to: systemClock.now() })}\n`)

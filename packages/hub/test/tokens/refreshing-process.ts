/** A process of the hub that refreshes what is due at a time, to be killed: URL, emulator, now, master key. */
import { cryptoRandom, ManualClock } from '@tockwork/kernel'
import { createAccountServices } from '../../src/connect/services.ts'
import { silentLog } from '../../src/observability/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { refreshDue } from '../../src/tokens/refresh-due.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'

const [url = '', tiktokOrigin, now = '', masterKey = ''] = process.argv.slice(2)
const { db, close } = openDatabase({ url, max: 2 })
const { refreshDueParts } = createAccountServices({
  db,
  unitOfWork: createUnitOfWork(db, { send: async () => null }),
  vault: new Vault(parseMasterKeys(masterKey)),
  clock: new ManualClock(Number(now)),
  random: cryptoRandom,
  log: silentLog,
  holder: 'doomed',
  publicUrl: 'http://localhost:4848',
  tiktokOrigin,
})
await refreshDue(refreshDueParts)
await close()

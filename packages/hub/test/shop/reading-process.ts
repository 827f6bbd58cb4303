/** A process that reads shops until it is killed: for tests that kill it. Configured by JSON in its first argument. */
import { type Clock, cryptoRandom, systemClock } from '@tockwork/kernel'
import { createAccountServices } from '../../src/connect/services.ts'
import { silentLog } from '../../src/observability/log.ts'
import { createShopServices } from '../../src/shop/services.ts'
import { shopSyncDue } from '../../src/shop/sync-due.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createUnitOfWork } from '../../src/storage/unit-of-work.ts'
import { parseMasterKeys } from '../../src/vault/master-keys.ts'
import { Vault } from '../../src/vault/sealing.ts'

const { url, origin, masterKey, now } = JSON.parse(process.argv[2] ?? '') as {
  url: string
  origin: string
  masterKey: string
  now: number
}
/** The emulator's time stands still; this one goes on from it, so that leases and pauses pass. */
const startedAt = systemClock.now()
const clock: Clock = {
  now: () => now + systemClock.now() - startedAt,
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
}
const { db } = openDatabase({ url, max: 4 })
const base = {
  db,
  unitOfWork: createUnitOfWork(db, { send: async () => null }),
  vault: new Vault(parseMasterKeys(masterKey)),
  clock,
  random: cryptoRandom,
  log: silentLog,
  holder: `process-${process.pid}`,
}
const { tokens, platforms, accountEnd } = createAccountServices({
  ...base,
  publicUrl: 'http://localhost:4848',
  tiktokOrigin: origin,
})
const shop = createShopServices({ ...base, tokens, platforms, accountEnd })
for (;;) {
  const { claimed } = await shopSyncDue(shop.shopDueParts)
  if (claimed === 0) process.stdout.write('idle\n')
  await systemClock.sleep(20)
}

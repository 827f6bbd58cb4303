/**
 * Bluesky's own server (a PDS) with a directory of its own (PLC), in a folder that is thrown away.
 * Prints `{"url","directory"}` when it is up; ends when its standard input does.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const sqlite = new URL('sqlite.mjs', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'better-sqlite3' ? { url: sqlite, shortCircuit: true } : next(specifier, context),
})
process.env.LOG_ENABLED = 'false'

const { PDS, envToCfg, envToSecrets } = await import('@atproto/pds')
const plcModule = await import('@did-plc/server')
const { Database, PlcServer } = plcModule.default?.Database === undefined ? plcModule : plcModule.default

const folder = mkdtempSync(join(tmpdir(), 'tockwork-pds-'))
const [plcPort, port] = [await freePort(), await freePort()]
const plc = PlcServer.create({ db: Database.mock(), port: plcPort })
await plc.start()

const hex = () => randomBytes(32).toString('hex')
const settings = {
  devMode: true,
  hostname: 'localhost',
  port,
  dataDirectory: folder,
  blobstoreDiskLocation: join(folder, 'blobs'),
  blobstoreDiskTmpLocation: join(folder, 'blobs-tmp'),
  didPlcUrl: `http://localhost:${plcPort}`,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  rateLimitsEnabled: false,
  disableSsrfProtection: true,
  jwtSecret: hex(),
  adminPassword: hex(),
  plcRotationKeyK256PrivateKeyHex: hex(),
}
const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
await pds.start()
console.log(JSON.stringify({ url: `http://localhost:${port}`, directory: `http://localhost:${plcPort}` }))

process.stdin.resume()
process.stdin.once('end', async () => {
  await pds.destroy()
  await plc.destroy()
  rmSync(folder, { recursive: true, force: true })
  process.exit()
})

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, 'localhost', () => {
      const { port: found } = probe.address()
      probe.close(() => done(found))
    })
  })
}

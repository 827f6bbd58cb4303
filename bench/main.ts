/**
 * What things cost, measured in one run on this machine against what does the same with less:
 *
 *   npm run bench [-- [part …] [--quick | --full] [--json]]
 *
 * Everything speaks to 127.0.0.1, takes turns with what it is compared with, and cleans up. docs/performance.md tells
 * the method and keeps the figures.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, platform, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureEmulatorLoad } from './emulator-load.ts'
import { measureEmulatorShop } from './emulator-shop.ts'
import { measureEmulatorStart } from './emulator-start.ts'
import { measureHubApi } from './hub-api.ts'
import { measureHubPosts } from './hub-posts.ts'
import { measureHubRefresh } from './hub-refresh.ts'
import { measureHubShop } from './hub-shop.ts'
import { type Measurements, table } from './measurement.ts'
import { measureOriginality } from './media-originality.ts'
import { measureMediaProbe } from './media-probe.ts'
import { measureWatermarks } from './media-watermarks.ts'
import { measureResearch } from './research.ts'
import { measureSdkCall } from './sdk-call.ts'
import { measureUnified } from './unified.ts'
import { measureEmulatorUpload, measureUpload } from './upload.ts'
import { killChildren } from './worker.ts'

const parts: Record<string, (options: { quick: boolean; full: boolean }) => Promise<Measurements>> = {
  'sdk-call': measureSdkCall,
  upload: measureUpload,
  'emulator-start': measureEmulatorStart,
  'emulator-load': measureEmulatorLoad,
  'emulator-shop': measureEmulatorShop,
  'emulator-upload': measureEmulatorUpload,
  'media-originality': measureOriginality,
  'media-probe': measureMediaProbe,
  'media-watermarks': measureWatermarks,
  'hub-api': measureHubApi,
  'hub-refresh': measureHubRefresh,
  'hub-posts': measureHubPosts,
  'hub-shop': measureHubShop,
  research: measureResearch,
  unified: measureUnified,
}

/**
 * Left out of the short version unless named: a hub is four programs and a database, pictures have to be made, decoded
 * and read, however few they are, and a shop has to be filled.
 */
const NEVER_SHORT = /^(?:hub-|unified|emulator-shop|media-originality|media-watermarks)/

/** A part, or all that a word begins: `media` stands for `media-probe`, `media-watermarks`, … */
function partsNamed(name: string): string[] {
  const family = Object.keys(parts).filter((part) => part.startsWith(`${name}-`))
  return parts[name] === undefined && family.length > 0 ? family : [name]
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
    },
  })
  const usual = Object.keys(parts).filter((name) => !(values.quick && NEVER_SHORT.test(name)))
  const wanted = positionals.length === 0 ? usual : positionals.flatMap(partsNamed)
  const unknown = wanted.find((name) => parts[name] === undefined)
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`)
    process.exitCode = 2
    return
  }
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() || 'unknown'}), ${Math.round(totalmem() / 1e9)} GB, ${platform()} ${arch()}, Node ${process.versions.node}`
  const busy = `others kept ${loadavg()[0]?.toFixed(1)} of them busy in the last minute`
  console.error(`${machine}; ${busy}${values.quick ? '; short version' : ''}`)
  const all: Measurements = {}
  for (const name of wanted) {
    console.error(`measuring ${name} …`)
    try {
      Object.assign(all, await parts[name]?.({ quick: values.quick, full: values.full }))
    } catch (error) {
      // The other figures are still worth having.
      console.error(`${name} failed:`, error)
      process.exitCode = 1
    }
  }
  console.log(values.json ? JSON.stringify(all) : `\n${table(all)}`)
}

// Files, and those of the programs that are started, lie in one folder, which goes however this program ends.
const folder = mkdtempSync(join(tmpdir(), 'tockwork-bench-'))
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder

process.once('exit', () => {
  killChildren()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.once(signal, () => process.exit(code))

await main()

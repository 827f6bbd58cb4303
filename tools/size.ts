/**
 * What the SDK costs its user: in a browser bundle (minified, gzipped), and on disk with everything it depends on.
 *
 *   node tools/size.ts [--json]
 *
 * Measured on the packed tarballs in an empty folder, because that is what is installed. Exits with 1 above the limit.
 */
import { execFileSync } from 'node:child_process'
import { globSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { packAll } from './pack.ts'

/** Aim of the foundation: the client stays smaller than a small picture. */
const LIMIT_GZIPPED_BYTES = 40_000

export interface SdkSize {
  minifiedBytes: number
  gzippedBytes: number
  installedBytes: number
  /** Bytes on disk of each installed package. */
  packages: Record<string, number>
  limitGzippedBytes: number
}

/** @param folder an empty folder */
export async function measureSdk(folder: string): Promise<SdkSize> {
  const tarballs = packAll(join(folder, 'build'))
  const app = join(folder, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  const wanted = ['@tockwork/kernel', '@tockwork/contracts', '@tockwork/sdk'].map(
    (name) => tarballs.get(name) ?? name,
  )
  execFileSync(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...wanted],
    {
      cwd: app,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
  // Everything is reachable from outside, so that nothing can be dropped as unused.
  writeFileSync(join(app, 'entry.js'), "export * from '@tockwork/sdk'\n")
  const bundle = await rolldown({
    cwd: app,
    input: 'entry.js',
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import', 'default'] },
    onLog: (_level, log, report) => {
      if (log.code === 'UNRESOLVED_IMPORT')
        throw new Error(`The SDK's Web entry needs something a browser lacks: ${log.message}`)
      report('warn', log)
    },
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  const chunks = output.filter((part) => part.type === 'chunk')
  const outside = chunks
    .flatMap(({ imports }) => imports)
    .filter((name) => !chunks.some(({ fileName }) => fileName === name))
  if (outside.length > 0)
    throw new Error(`The SDK's Web entry needs what a browser lacks: ${outside.join(', ')}`)
  const packages = installedPackages(join(app, 'node_modules'))
  return {
    minifiedBytes: chunks.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0),
    gzippedBytes: chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).byteLength, 0),
    installedBytes: Object.values(packages).reduce((sum, bytes) => sum + bytes, 0),
    packages,
    limitGzippedBytes: LIMIT_GZIPPED_BYTES,
  }
}

function installedPackages(modules: string): Record<string, number> {
  const names = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : [name],
    )
  const bytesIn = (folder: string): number =>
    globSync('**/*', { cwd: folder })
      .map((file) => lstatSync(join(folder, file)))
      .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
  return Object.fromEntries(names.map((name) => [name, bytesIn(join(modules, name))]))
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-size-'))
  try {
    const size = await measureSdk(folder)
    const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
    if (values.json) console.log(JSON.stringify(size))
    else {
      console.log(
        `SDK in a browser bundle: ${kB(size.minifiedBytes)} minified, ${kB(size.gzippedBytes)} gzipped`,
      )
      console.log(`SDK on disk with its dependencies: ${kB(size.installedBytes)}`)
      for (const [name, bytes] of Object.entries(size.packages))
        console.log(`  ${kB(bytes).padStart(12)}  ${name}`)
    }
    if (size.gzippedBytes > LIMIT_GZIPPED_BYTES) {
      console.error(`The bundle is over its limit of ${kB(LIMIT_GZIPPED_BYTES)} gzipped.`)
      process.exitCode = 1
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

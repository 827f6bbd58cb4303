/**
 * Turns the sources into what users install: JavaScript and declarations by TypeScript itself, a package folder each
 * under `build/stage`, a tarball each under `build/tarballs`.
 *
 *   node tools/pack.ts [--out build]
 *
 * Source `exports` point at `./src/*.ts`, so that the repository runs unbuilt; the staged ones point at `./dist`.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface PackageManifest {
  name: string
  version: string
  description?: string
  private?: boolean
  exports?: ExportTarget
  imports?: Record<string, ExportTarget>
  bin?: string | Record<string, string>
  files?: string[]
  engines?: Record<string, string>
  sideEffects?: boolean | string[]
  dependencies?: Record<string, string>
  [field: string]: unknown
}

export type ExportTarget = string | null | { [key: string]: ExportTarget }

const ROOT = resolve(import.meta.dirname, '..')

/** What carries over from a source manifest as it stands. */
const KEPT_FIELDS = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'type',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'optionalDependencies',
] as const

/** The client and what it stands on run on Node 20 too; the programs ask for a Node that is still supported. */
const CLIENT_SIDE = new Set(['kernel', 'contracts', 'sdk'])
const CLIENT_ENGINES = { node: '>=20.19' }
const PROGRAM_ENGINES = { node: '>=22.18' }

/** `./src/a.ts` to `./dist/a.js` with its declaration; conditions and patterns keep their shape, other files stay. */
export function toDistTarget(target: ExportTarget): ExportTarget {
  if (target === null) return null
  if (typeof target === 'object')
    return Object.fromEntries(Object.entries(target).map(([key, value]) => [key, toDistTarget(value)]))
  const inDist = target.replace(/^\.\/src\//, './dist/')
  if (!/\.tsx?$/.test(inDist)) return inDist
  return { types: inDist.replace(/\.tsx?$/, '.d.ts'), default: inDist.replace(/\.tsx?$/, '.js') }
}

/** The manifest users get. */
export function toDistManifest(folder: string, manifest: PackageManifest): PackageManifest {
  const kept = Object.fromEntries(
    KEPT_FIELDS.flatMap((key) => (key in manifest ? [[key, manifest[key]]] : [])),
  )
  const bin = typeof manifest.bin === 'string' ? { [manifest.name]: manifest.bin } : manifest.bin
  const { exports = { '.': './src/index.ts' } } = manifest
  return {
    ...(kept as unknown as PackageManifest),
    engines: manifest.engines ?? (CLIENT_SIDE.has(folder) ? CLIENT_ENGINES : PROGRAM_ENGINES),
    // Modules here do nothing when imported, so bundlers may drop what is not used.
    sideEffects: manifest.sideEffects ?? false,
    exports: typeof exports === 'string' ? { '.': toDistTarget(exports) } : toDistTarget(exports),
    ...(manifest.imports ? { imports: toDistTarget(manifest.imports) as Record<string, ExportTarget> } : {}),
    ...(bin ? { bin } : {}),
    files: [
      ...new Set([
        'dist',
        ...(bin ? ['bin'] : []),
        ...(manifest.files ?? []).filter((name) => name !== 'src'),
      ]),
    ],
    publishConfig: { access: 'public' },
  }
}

/** Bins start the sources in the repository and the built files in the package. */
export function toDistBin(source: string): string {
  return source.replace(/(['"`])((?:\.\.?\/)+)src\/([^'"`]+?)\.ts\1/g, '$1$2dist/$3.js$1')
}

/** The compiler rewrites `./a.ts` to `./a.js` in JavaScript and leaves it in declarations, where not every tool follows it. */
export function toDistDeclaration(source: string): string {
  return source.replace(/(\bfrom |\bimport\(|\bimport )(['"])(\.\.?\/[^'"]+)\.ts\2/g, '$1$2$3.js$2')
}

/** A map carries its source with it; the path is only its name, and must not tell where it was built. */
function toDistMap(file: string, text: string): string {
  const map = JSON.parse(text) as { sources: string[] }
  const up = '../'.repeat(file.split(/[\\/]/).length)
  map.sources = [`${up}src/${file.replace(/\.js\.map$/, '.ts').replaceAll('\\', '/')}`]
  return JSON.stringify(map)
}

function compile(out: string): void {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  rmSync(out, { recursive: true, force: true })
  try {
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', out], {
      cwd: ROOT,
      encoding: 'utf8',
    })
  } catch (error) {
    throw new Error(`The sources do not compile:\n${(error as { stdout: string }).stdout}`)
  }
}

/** Sources that a bundler makes files of, which are shipped instead: by package. */
const BUNDLED: Readonly<Record<string, string>> = { dashboard: 'app/' }

/** The dashboard's pages, into the folder that its package ships. */
function bundle(folder: string): void {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  try {
    execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
      cwd: join(ROOT, 'packages', folder),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    throw new Error(`packages/${folder} could not be built:\n${(error as { stderr: string }).stderr}`)
  }
}

function stage(folder: string, js: string, target: string): void {
  const bundled = BUNDLED[folder]
  if (bundled !== undefined) bundle(folder)
  const source = join(ROOT, 'packages', folder)
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as PackageManifest
  const dist = toDistManifest(folder, manifest)
  mkdirSync(target, { recursive: true })
  cpSync(join(js, folder, 'src'), join(target, 'dist'), { recursive: true })
  for (const file of globSync('**/*.{d.ts,js.map}', { cwd: join(target, 'dist') })) {
    const path = join(target, 'dist', file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, file.endsWith('.map') ? toDistMap(file, text) : toDistDeclaration(text))
  }
  // What stands beside the sources and is no TypeScript: pages, styles, seeds.
  for (const asset of globSync('**/*', { cwd: join(source, 'src') })) {
    if (bundled !== undefined && asset.split('\\').join('/').startsWith(bundled)) continue
    if (/\.tsx?$/.test(asset) || !statSync(join(source, 'src', asset)).isFile()) continue
    cpSync(join(source, 'src', asset), join(target, 'dist', asset))
  }
  for (const name of dist.files ?? []) {
    const from = join(source, name)
    if (name !== 'dist' && existsSync(from)) cpSync(from, join(target, name), { recursive: true })
  }
  for (const file of globSync('bin/*', { cwd: target })) {
    writeFileSync(join(target, file), toDistBin(readFileSync(join(target, file), 'utf8')))
    chmodSync(join(target, file), 0o755)
  }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(dist, null, 2)}\n`)
  cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'))
  const changelog = join(source, 'CHANGELOG.md')
  if (existsSync(changelog)) cpSync(changelog, join(target, 'CHANGELOG.md'))
  writeFileSync(join(target, 'README.md'), readmeFor(source, manifest))
  for (const file of [...filesIn(dist.exports ?? null), ...filesIn(dist.imports ?? null)]) {
    if (file.startsWith('./') && !file.includes('*') && !existsSync(join(target, file)))
      throw new Error(`${manifest.name}: its exports or imports name ${file}, which the build did not make`)
  }
}

function readmeFor(source: string, { name, description }: PackageManifest): string {
  for (const file of [join(source, 'README.md'), ...(name === 'tockwork' ? [join(ROOT, 'README.md')] : [])]) {
    if (existsSync(file)) return readFileSync(file, 'utf8')
  }
  return `# ${name}\n\n${description ?? ''}\n\nPart of Tockwork. Apache-2.0.\n`
}

function filesIn(target: ExportTarget): string[] {
  if (target === null) return []
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(filesIn)
}

/**
 * Builds all packages.
 * @param out a folder that this function may empty
 * @returns the tarball of each package by name
 */
export function packAll(out: string): Map<string, string> {
  const js = join(out, 'js')
  compile(js)
  const stages = join(out, 'stage')
  const tarballs = join(out, 'tarballs')
  for (const folder of [stages, tarballs]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  const folders = readdirSync(join(ROOT, 'packages')).filter((folder) => {
    const file = join(ROOT, 'packages', folder, 'package.json')
    return existsSync(file) && !(JSON.parse(readFileSync(file, 'utf8')) as PackageManifest).private
  })
  for (const folder of folders) stage(folder, js, join(stages, folder))
  // One npm for all: most of a call is npm's own start.
  const output = execFileSync(
    'npm',
    [
      'pack',
      '--json',
      '--ignore-scripts',
      '--pack-destination',
      tarballs,
      ...folders.map((folder) => join(stages, folder)),
    ],
    { cwd: out, encoding: 'utf8', shell: process.platform === 'win32' },
  )
  const packed = Object.values(JSON.parse(output) as Record<string, { name: string; filename: string }>)
  return new Map(
    packed.map(({ name, filename }) => [name, join(tarballs, filename.replace('@', '').replace('/', '-'))]),
  )
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'build' } } })
  for (const [name, file] of packAll(resolve(ROOT, values.out))) {
    const size = (statSync(file).size / 1000).toFixed(1).padStart(7)
    console.log(`${size} kB  ${relative(dirname(process.cwd()), file)}  ${name}`)
  }
}

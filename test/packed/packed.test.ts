/** What users get: the tarballs, installed into an empty folder and run there. Grows with the packages' own exports. */
import { execFile, execFileSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PackageManifest, packAll } from '../../tools/pack.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

const manifests = readdirSync(join(ROOT, 'packages'))
  .map((folder) => join(ROOT, 'packages', folder, 'package.json'))
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')) as PackageManifest)
  .filter((manifest) => !manifest.private)

/** Everything that can be imported, as users write it. Patterns and plain files are left out. */
const entries = manifests.flatMap(({ name, exports = '.' }) =>
  (typeof exports === 'object' && exports !== null ? Object.keys(exports) : ['.'])
    .filter((key) => !key.includes('*') && !/\.\w+$/.test(key))
    .map((key) => name + key.slice(1)),
)
const clientEntries = entries.filter((entry) => /^@tockwork\/(kernel|contracts|sdk)(\/|$)/.test(entry))
const commands = manifests.flatMap(({ name, version, bin }) =>
  (typeof bin === 'string' ? [name] : Object.keys(bin ?? {})).map((command) => ({ command, version })),
)

/** The machine's own Node, when it is another one than the repository's. */
function machineNode(): { path: string; major: number } | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
    if (folder.includes('node_modules') || !existsSync(path)) continue
    const major = Number(
      execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0],
    )
    return major >= 20 && major < 24 ? { path, major } : undefined
  }
  return undefined
}
const olderNode = machineNode()

let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tockwork-packed-'))
  const tarballs = packAll(join(home, 'build'))
  const app = join(home, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  await run(
    'npm',
    [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      `@types/node@${root.devDependencies['@types/node']}`,
      ...tarballs.values(),
    ],
    { cwd: app, shell: process.platform === 'win32' },
  )
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Imports each entry in one process; the value is what went wrong, or null. */
async function importAll(node: string, specifiers: string[]): Promise<Record<string, string | null>> {
  const program = join(home, 'app/import-all.mjs')
  writeFileSync(
    program,
    `const result = {}
for (const specifier of process.argv.slice(2)) {
  try { await import(specifier); result[specifier] = null } catch (error) { result[specifier] = String(error) }
}
console.log(JSON.stringify(result))`,
  )
  const { stdout } = await run(node, [program, ...specifiers], { cwd: dirname(program) })
  return JSON.parse(stdout) as Record<string, string | null>
}

const allFine = (specifiers: string[]) => Object.fromEntries(specifiers.map((specifier) => [specifier, null]))

test('a package holds JavaScript, declarations and its licence, and no source or test', () => {
  for (const { name } of manifests) {
    const folder = join(home, 'app/node_modules', name)
    const files = globSync('**/*', { cwd: folder, exclude: (file) => file === 'node_modules' })
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
    expect(files.filter((file) => /\.test\.|(?<!\.d)\.tsx?$|test-d/.test(file))).toEqual([])
    // No path of the machine that built it.
    const telling = files.filter(
      (file) => /\.(js|ts|map|json)$/.test(file) && readFileSync(join(folder, file), 'utf8').includes(ROOT),
    )
    expect(telling).toEqual([])
  }
})

test(`every entry point can be imported under Node ${process.versions.node.split('.')[0]}`, async () => {
  expect(await importAll(process.execPath, entries)).toEqual(allFine(entries))
})

test("the client's entry points can be imported under the machine's older Node", async (context) => {
  if (!olderNode) return context.skip('this machine has no Node 20 to 23 beside the repository’s own')
  expect(await importAll(olderNode.path, clientEntries)).toEqual(allFine(clientEntries))
})

for (const { command, version } of commands) {
  const tell = async (argument: string): Promise<string> => {
    const path = join(home, 'app/node_modules/.bin', command)
    const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` }
    return (await run(path, [argument], { cwd: join(home, 'app'), env, shell: process.platform === 'win32' }))
      .stdout
  }
  test(`${command} --version says ${version}`, async () => {
    expect((await tell('--version')).trim()).toContain(version)
  })
  test(`${command} --help says how to use it`, async () => {
    expect(await tell('--help')).toContain(command)
  })
}

test.each(['nodenext', 'bundler'])(
  'declarations hold in a strict program, %s resolution',
  async (resolution) => {
    const app = join(home, 'app')
    const lines = entries.map((entry, at) => `import * as entry${at} from '${entry}'`)
    writeFileSync(
      join(app, 'consumer.ts'),
      `${lines.join('\n')}\nexport const all: object[] = [${entries.map((_, at) => `entry${at}`).join(', ')}]\n`,
    )
    const config = `tsconfig.${resolution}.json`
    writeFileSync(
      join(app, config),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
          target: 'es2023',
          lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
          module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
          moduleResolution: resolution,
          types: ['node'],
        },
        files: ['consumer.ts'],
      }),
    )
    const said = await run(process.execPath, [TSC, '-p', config], { cwd: app }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    )
    expect(said).toBe('')
  },
)

/**
 * Holds the walls of docs/ARCHITECTURE.md: who may import whom (read from its table), no way round a package's public
 * face, no cycles, nothing undeclared, no Node in what runs on the Web, and nothing taken from the surroundings (time,
 * randomness, environment, network) outside the few files whose job that is.
 *
 *   node tools/boundaries.ts
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { type ArrowTable, parseArrowTable } from './arrow-table.ts'
import { type AmbientKind, type Import, readSourceFacts } from './source-facts.ts'

export interface Violation {
  file: string
  line: number
  rule:
    | 'arrow'
    | 'relative'
    | 'deep path'
    | 'undeclared'
    | 'node-only'
    | 'ambient'
    | 'cycle'
    | 'missing file'
    | 'syntax'
  message: string
}

interface AmbientPermit {
  files: RegExp
  kinds: readonly AmbientKind[] | 'all'
  because: string
}

/** Where something may be taken from the surroundings. Everything else gets it as an argument. */
const AMBIENT_PERMITS: readonly AmbientPermit[] = [
  { files: /\/clock\.ts$/, kinds: ['time'], because: "the machine's clock is wrapped here, once a package" },
  { files: /\/random\.ts$/, kinds: ['randomness'], because: "the platform's generator is wrapped here" },
  {
    files: /\/config\.ts$/,
    kinds: ['environment'],
    because: 'a program reads and checks its environment here',
  },
  { files: /\/main\.ts$/, kinds: 'all', because: 'a program is put together from real parts here' },
  { files: /^packages\/[^/]+\/bin\//, kinds: 'all', because: 'the start of a program' },
  {
    files: /^packages\/hub\/src\/app\.ts$/,
    kinds: ['network'],
    because: 'the hub is put together here; its fetch is a default',
  },
  {
    files: /^packages\/sdk\/src\/node\//,
    kinds: 'all',
    because: 'meets the machine itself: sockets, proxy variables, files and their times',
  },
  {
    files: /^packages\/sdk\/src\/(http[^/]*\.ts$|http\/)/,
    kinds: ['network'],
    because: 'the transport: global fetch is its default outside Node',
  },
  {
    files: /^packages\/api\/src\/client\.ts$/,
    kinds: ['network'],
    because: 'a typed client for browsers too: global fetch is its default',
  },
  {
    files: /^packages\/dashboard\/src\/app\//,
    kinds: 'all',
    because: 'runs in a browser, whose surroundings are all it has',
  },
  {
    files: /^packages\/(emulator\/src\/pages|hub\/src\/(publish-page|connect))\/assets\//,
    kinds: 'all',
    because: 'runs in a browser, whose surroundings are all it has',
  },
  {
    files: /^packages\/emulator\/src\/proxy\/certificate-authority\.ts$/,
    kinds: ['randomness'],
    because: 'keys and serial numbers: a fixed seed would be a weakness, not a test',
  },
]

/** Packages that run on any JavaScript runtime, and the folders in them that need not. */
const PORTABLE: Record<string, RegExp | undefined> = {
  kernel: undefined,
  contracts: undefined,
  sdk: /^packages\/sdk\/src\/node\//,
}

/** Built into files before it is shipped: what it is made of is not installed by users, so a development dependency. */
const BUNDLED = /^packages\/dashboard\/src\/app\//
/** A program with a manifest and an installation of its own, beside it. */
const APART = /^test\/witness\/pds\//
/** Modules that exist while a bundle is built alone. */
const VIRTUAL = 'virtual:'

/** Nothing that users install may depend on these. */
const NEVER_SHIPPED = new Set(['testkit'])

interface Manifest {
  name: string
  exports?: Record<string, unknown> | string
  imports?: Record<string, unknown>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

interface Workspace {
  root: string
  arrows: ArrowTable
  /** By folder name. */
  manifests: Map<string, Manifest>
  rootManifest: Manifest
}

const TESTS = /(\.test(-d)?\.tsx?$|^packages\/[^/]+\/test\/)/
const SOURCES = [
  'packages/*/{src,bin,test}/**/*.{ts,tsx,mts,mjs,js}',
  '{tools,bench,chaos,examples,test}/**/*.{ts,mjs}',
]

/** @param root the repository, or a folder laid out like it */
export function findViolations(root: string): Violation[] {
  const workspace = readWorkspace(root)
  const violations: Violation[] = []
  const graph = new Map<string, { to: string; line: number }[]>()
  const files = globSync(SOURCES, {
    cwd: root,
    exclude: (name) => /(^|[/\\])(node_modules|build)$/.test(name),
  })
  for (const file of files.map((name) => name.split(sep).join('/')).sort()) {
    const report = (line: number, rule: Violation['rule'], message: string): void => {
      violations.push({ file, line, rule, message })
    }
    const source = readFileSync(join(root, file), 'utf8')
    let facts: ReturnType<typeof readSourceFacts>
    try {
      facts = readSourceFacts(file, source)
    } catch (error) {
      report(1, 'syntax', (error as Error).message)
      continue
    }
    const edges: { to: string; line: number }[] = []
    for (const one of facts.imports) {
      const target = judgeImport(workspace, file, one, (rule, message) => report(one.line, rule, message))
      if (target && one.kind === 'value') edges.push({ to: target, line: one.line })
    }
    graph.set(file, edges)
    if (/^packages\/[^/]+\/(src|bin)\//.test(file) && !TESTS.test(file)) {
      for (const { kind, what, line } of facts.ambient) {
        const allowed = AMBIENT_PERMITS.some(
          ({ files: pattern, kinds }) => pattern.test(file) && (kinds === 'all' || kinds.includes(kind)),
        )
        if (!allowed)
          report(line, 'ambient', `takes ${kind} from its surroundings (${what}); receive it as an argument`)
      }
    }
  }
  return [...violations, ...findCycles(graph)]
}

function readWorkspace(root: string): Workspace {
  const read = (file: string): Manifest => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
  const manifests = new Map(
    globSync('packages/*/package.json', { cwd: root }).map((file) => [file.split(sep)[1] ?? '', read(file)]),
  )
  return {
    root,
    arrows: parseArrowTable(readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8')),
    manifests,
    rootManifest: read('package.json'),
  }
}

/** Judges one import; returns the file it leads to when that is one of ours. */
function judgeImport(
  workspace: Workspace,
  file: string,
  { specifier }: Import,
  report: (rule: Violation['rule'], message: string) => void,
): string | undefined {
  const home = /^packages\/([^/]+)\//.exec(file)?.[1]
  const isTest = TESTS.test(file)
  if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..') {
    const target = posix.normalize(posix.join(dirname(file), specifier))
    const there = /^packages\/([^/]+)\//.exec(target)?.[1]
    if (there && there !== home)
      report('relative', `reaches into packages/${there}; import ${nameOf(workspace, there)}`)
    else if (home && there !== home) report('relative', `leaves its package: ${specifier}`)
    if (!existsSync(join(workspace.root, target))) report('missing file', `${specifier} does not exist`)
    return target
  }
  if (specifier.startsWith('#')) {
    const { imports = {} } = (home ? workspace.manifests.get(home) : undefined) ?? {}
    if (!(specifier in imports)) report('undeclared', `${specifier} is not among the package's own "imports"`)
    return undefined
  }
  if (isBuiltin(specifier)) {
    if (home && home in PORTABLE && !isTest && !PORTABLE[home]?.test(file))
      report('node-only', `${specifier} exists only in Node, and ${home} runs everywhere`)
    return undefined
  }
  if (specifier.startsWith(VIRTUAL) && BUNDLED.test(file)) return undefined
  if (APART.test(file)) return undefined
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const own = home ? workspace.manifests.get(home) : undefined
  const folder = [...workspace.manifests].find(([, manifest]) => manifest.name === name)?.[0]
  if (folder) judgePackageImport(workspace, file, folder, specifier, isTest, report)
  const manifests = home && !isTest ? [own] : [own, workspace.rootManifest]
  const declared = manifests.some(
    (manifest) =>
      manifest &&
      [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies]
        .concat(
          manifest === workspace.rootManifest || isTest || BUNDLED.test(file)
            ? [manifest.devDependencies]
            : [],
        )
        .some((list) => list && name in list),
  )
  const anywhere = folder !== undefined && (isTest || !home || folder === home)
  if (!declared && !anywhere)
    report(
      'undeclared',
      `${name} is not among the dependencies of ${home ? `packages/${home}` : 'the repository'}`,
    )
  return folder && own && folder === home ? entryFile(workspace, folder, specifier) : undefined
}

function judgePackageImport(
  { arrows, manifests }: Workspace,
  file: string,
  folder: string,
  specifier: string,
  isTest: boolean,
  report: (rule: Violation['rule'], message: string) => void,
): void {
  const manifest = manifests.get(folder)
  const subpath = `.${specifier.slice(manifest?.name.length)}`
  if (manifest && !isExported(manifest, subpath))
    report('deep path', `${specifier} is not in the exports of packages/${folder}`)
  const home = /^packages\/([^/]+)\//.exec(file)?.[1]
  if (!home || isTest || folder === home) return
  if (NEVER_SHIPPED.has(folder)) report('arrow', `${folder} is for tests; nothing shipped imports it`)
  else if (!arrows.mayImport(home, file.slice(`packages/${home}/`.length), folder))
    report('arrow', `${home} may not import ${folder} (docs/ARCHITECTURE.md, Packages)`)
}

const nameOf = ({ manifests }: Workspace, folder: string): string => manifests.get(folder)?.name ?? folder

function isExported({ exports }: Manifest, subpath: string): boolean {
  if (typeof exports === 'string') return subpath === '.'
  return Object.keys(exports ?? {}).some((key) => {
    const [before = '', after] = key.split('*')
    return after === undefined ? key === subpath : subpath.startsWith(before) && subpath.endsWith(after)
  })
}

/** The file behind an import of a package by its own name; a cycle through the front door is a cycle too. */
function entryFile({ manifests, root }: Workspace, folder: string, specifier: string): string | undefined {
  const { exports, name } = manifests.get(folder) ?? { name: folder }
  const entry = typeof exports === 'string' ? exports : exports?.[`.${specifier.slice(name.length)}`]
  if (typeof entry !== 'string') return undefined
  return relative(root, resolve(root, 'packages', folder, entry))
    .split(sep)
    .join('/')
}

/** Cycles between files, over imports that exist when the program runs. Each is reported once, at its first file. */
function findCycles(graph: Map<string, { to: string; line: number }[]>): Violation[] {
  const violations: Violation[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    path.push(file)
    for (const { to, line } of graph.get(file) ?? []) {
      const from = path.indexOf(to)
      if (from >= 0) {
        const circle = [...path.slice(from), to].join(' -> ')
        violations.push({ file, line, rule: 'cycle', message: `imports in a circle: ${circle}` })
      } else if (!done.has(to)) visit(to)
    }
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) if (!done.has(file)) visit(file)
  return violations
}

if (import.meta.main) {
  const violations = findViolations(resolve(import.meta.dirname, '..'))
  for (const { file, line, rule, message } of violations) console.log(`${file}:${line}  ${rule}: ${message}`)
  console.log(
    violations.length === 0 ? 'All imports keep to the plan.' : `${violations.length} against the plan.`,
  )
  process.exitCode = violations.length === 0 ? 0 : 1
}

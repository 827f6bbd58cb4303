/**
 * What an app's own code calls and asks for. JavaScript and TypeScript are parsed; in other languages the string literals
 * are read, which is where addresses and scopes stand. Nothing is executed and nothing leaves the machine.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { possibilities, type Scope, scopeMigration, scopes } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { UsageError } from '@tockwork/kernel'
import { isMissing } from '../../state/private-file.ts'
import { readSource, type Said } from './read-source.ts'
import { isShopWord, shopCallsIn } from './shop-usage.ts'

export interface Place {
  /** Path from the folder that was read, with `/`. */
  file: string
  line: number
}

export interface CodeUsage {
  folder: string
  files: number
  /** What was left out: too many files, or the parser is not installed. */
  limits: string[]
  /** By id of the endpoint, with where it is called. */
  calls: Map<string, Place[]>
  /** Scopes that stand in the code, such as in the address of the consent page. */
  asked: Map<Scope, Place[]>
  /** Fields of user info that need a scope of their own. */
  fields: Map<string, Place[]>
  /** Operations of TikTok Shop, by id; `v1` for paths of its first version. */
  shopCalls: Map<string, Place[]>
  /** Ids of categories and attributes that some market demands something of, and names of such attributes. */
  shopWords: Map<string, Place[]>
  /** Addresses as they are written. */
  addresses: { address: string; place: Place }[]
}

const PARSED = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'])
const OTHER = new Set(
  '.py .php .rb .go .java .kt .cs .swift .dart .rs .ex .exs .vue .svelte .astro .ipynb'.split(' '),
)
const SKIPPED =
  /^(?:node_modules|vendor|dist|build|out|coverage|target|venv|__pycache__|test|tests|__tests__|spec|fixtures|\..*)$/
const TESTS = /[._-](?:test|spec)\.[a-z]+$|(?:^|\/)test_[^/]+\.py$/i
const MOST_FILES = 20_000
const MOST_BYTES = 1_000_000

/**
 * @param folder absolute path.
 * @throws {UsageError} naming `--code` when there is no such folder.
 */
export async function readCodeUsage(folder: string): Promise<CodeUsage> {
  const there = await stat(folder).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (there?.isDirectory() !== true)
    throw new UsageError(`${folder} is no folder.`, {
      field: '--code',
      action: 'Name the folder of your code.',
    })
  const usage: CodeUsage = {
    folder,
    files: 0,
    limits: [],
    calls: new Map(),
    asked: new Map(),
    fields: new Map(),
    shopCalls: new Map(),
    shopWords: new Map(),
    addresses: [],
  }
  for await (const path of filesOf(folder)) {
    if (usage.files >= MOST_FILES) {
      usage.limits.push(`only the first ${MOST_FILES} files were read`)
      break
    }
    const { size } = await stat(path)
    if (size > MOST_BYTES) continue
    usage.files += 1
    const file = relative(folder, path).replaceAll('\\', '/')
    const { said, limit } = await readSource(file, await readFile(path, 'utf8'), PARSED.has(extname(path)))
    if (limit !== undefined && !usage.limits.includes(limit)) usage.limits.push(limit)
    for (const each of said) note(usage, each, { file, line: each.line })
  }
  return usage
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name)
    // Symbolic links are not followed: they may lead in circles, or out of the app.
    if (entry.isDirectory() && !SKIPPED.test(entry.name)) yield* filesOf(path)
    else if (entry.isFile() && isCode(entry.name)) yield path
  }
}

const isCode = (name: string): boolean =>
  (PARSED.has(extname(name)) || OTHER.has(extname(name))) && !TESTS.test(name)

/** Methods of the SDK, by the end of the chain that they are called on. */
const METHODS: Readonly<Record<string, string>> = {
  'user.info': 'display.userInfo',
  'videos.list': 'display.videoList',
  'videos.query': 'display.videoQuery',
  'posts.creatorInfo': 'posting.creatorInfo',
  'posts.publishVideo': 'posting.initVideo',
  'posts.sendVideoDraft': 'posting.initInboxVideo',
  'posts.publishPhotos': 'posting.initContent',
  'posts.sendPhotoDraft': 'posting.initContent',
}
const ADDRESS = /https?:\/\/[\w.-]*(?:tiktok|tiktokapis|tiktokglobalshop)[\w.-]*\.com[^\s"'`]*/i
const MOVED = new Set(Object.values(scopeMigration.moved).flat() as string[])

function note(usage: CodeUsage, said: Said, place: Place): void {
  if (said.kind === 'call') {
    const endpoint = METHODS[said.text]
    if (endpoint !== undefined) add(usage.calls, endpoint, place)
    return
  }
  for (const id of shopCallsIn(said.text)) add(usage.shopCalls, id, place)
  if (isShopWord(said.text)) add(usage.shopWords, said.text, place)
  const [address] = ADDRESS.exec(said.text) ?? []
  if (address !== undefined) usage.addresses.push({ address, place })
  for (const { id, path, when } of endpoints) {
    // Two endpoints at one path are told apart by a field of the body, which a literal does not show.
    if (
      when === undefined &&
      path.length > 4 &&
      said.text.replace(/\?.*$/, '').endsWith(path.replace(/\/$/, ''))
    )
      add(usage.calls, id, place)
    else if (when === undefined && said.text.includes(path) && path.length > 8) add(usage.calls, id, place)
  }
  for (const word of said.text.split(/[\s,+]+|%2C|%20/i)) {
    if (Object.hasOwn(scopes, word)) add(usage.asked, word as Scope, place)
    else if (MOVED.has(word)) add(usage.fields, word, place)
  }
}

function add<K>(map: Map<K, Place[]>, key: K, place: Place): void {
  const places = map.get(key) ?? []
  if (!places.some(({ file, line }) => file === place.file && line === place.line)) places.push(place)
  map.set(key, places)
}

export interface ScopeUse {
  scope: Scope
  /** The calls, and fields, that need it or can do with it. */
  by: { what: string; places: Place[] }[]
}

/**
 * The scopes that the calls of the code need. Where any one of several is enough, those that are asked for count; when
 * none is asked for, the first.
 */
export function scopesUsed(usage: CodeUsage): ScopeUse[] {
  const used = new Map<Scope, ScopeUse['by']>()
  const use = (scope: Scope, what: string, places: Place[]): void => {
    used.set(scope, [...(used.get(scope) ?? []), { what, places }])
  }
  for (const [id, places] of usage.calls) {
    const declared = endpoints.find((each) => each.id === id)?.scopes
    if (declared === undefined) continue
    const alternatives = [...new Set(possibilities(declared).flat())] as Scope[]
    const asked = alternatives.filter((scope) => usage.asked.has(scope))
    for (const scope of asked.length > 0 ? asked : alternatives.slice(0, 1)) use(scope, id, places)
  }
  // Fields alone mean nothing: a column of one's own database may be called follower_count.
  if (usage.calls.has('display.userInfo'))
    for (const [scope, names] of Object.entries(scopeMigration.moved))
      for (const name of names) {
        const places = usage.fields.get(name)
        if (places !== undefined) use(scope as Scope, `field ${name}`, places)
      }
  return [...used].map(([scope, by]) => ({ scope, by })).sort((a, b) => a.scope.localeCompare(b.scope))
}

/** Asked for and used by nothing that was read. `user.info.basic` comes with every login. */
export function scopesUnused(usage: CodeUsage, asked: Iterable<Scope> = usage.asked.keys()): Scope[] {
  const used = new Set(scopesUsed(usage).map(({ scope }) => scope))
  return [...new Set(asked)].filter((scope) => !used.has(scope) && !('always' in scopes[scope])).sort()
}

import { resolveTxt } from 'node:dns/promises'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type UrlProperty, urlPropertyProblems, verification } from '@tockwork/contracts'
import type { Platform } from '../platform.ts'
import { pullMedia } from '../posting/pull.ts'
import { isLoopback } from '../posting/rules.ts'
import type { AppRow, UrlPropertyRow } from '../state/model.ts'
import { PortalProblem, problem } from './problem.ts'

/** Records of a name as DNS gives them: each a list of strings that belong together. */
export type ResolveTxt = (name: string) => Promise<string[][]>

export interface Verified {
  verified: boolean
  /** What was looked at, and what was found there. */
  found: string
}

/** A file with one line in it. */
const MAX_FILE_BYTES = 4096

/** Claims a domain or a URL prefix; it counts once it is verified. @throws {PortalProblem} naming `value` */
export function addUrlProperty(
  platform: Platform,
  app: AppRow,
  { kind, value }: { kind?: UrlProperty['kind'] | undefined; value: string },
): UrlPropertyRow {
  const property: UrlProperty = {
    kind: kind ?? (value.includes('/') ? 'prefix' : 'domain'),
    value: value.trim(),
  }
  const rules = urlPropertyProblems(property).filter((rule) => !excused(platform, property, rule))
  if (app.urlProperties.some((one) => one.value === property.value)) rules.push('is listed already')
  if (rules.length > 0) throw new PortalProblem(rules.map((rule) => ({ field: 'value', rule })))
  const row: UrlPropertyRow = { ...property, token: platform.ids.hex(32), verified: false }
  platform.world.apps.patch(app, { urlProperties: [...app.urlProperties, row] })
  return row
}

export function removeUrlProperty(platform: Platform, app: AppRow, value: string): void {
  findProperty(app, value)
  platform.world.apps.patch(app, { urlProperties: app.urlProperties.filter((one) => one.value !== value) })
}

/** @throws {PortalProblem} when the app has no such property */
function findProperty(app: AppRow, value: string): UrlPropertyRow {
  const found = app.urlProperties.find((one) => one.value === value)
  if (found === undefined) throw problem('value', `the app has no URL property ${value}`)
  return found
}

/** Really looks: at the file under a prefix, or at the TXT records of a domain. Marks the property when it is there. */
export async function verifyUrlProperty(
  platform: Platform,
  app: AppRow,
  value: string,
  resolve: ResolveTxt = resolveTxt,
): Promise<Verified> {
  const property = findProperty(app, value)
  const result =
    property.kind === 'domain' ? await lookUp(property, resolve) : await fetchFile(platform, property)
  if (result.verified) markVerified(platform, app, value)
  return result
}

/** Without looking: for the emulator only, where the domain may not exist. */
export function markVerified(platform: Platform, app: AppRow, value: string): void {
  findProperty(app, value).verified = true
  platform.world.apps.put(app)
}

/** Where the signature file of a prefix is expected. */
export function fileAddress(property: UrlPropertyRow): string {
  return `${property.value}${verification.fileName(property.token)}`
}

async function lookUp(property: UrlPropertyRow, resolve: ResolveTxt): Promise<Verified> {
  const wanted = verification.record(property.token)
  let records: string[]
  try {
    records = (await resolve(property.value)).map((parts) => parts.join(''))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    return { verified: false, found: `${property.value} has no TXT record that could be read (${code})` }
  }
  return records.includes(wanted)
    ? { verified: true, found: `a TXT record of ${property.value} reads ${wanted}` }
    : {
        verified: false,
        found: `none of the ${records.length} TXT records of ${property.value} reads ${wanted}`,
      }
}

async function fetchFile(platform: Platform, property: UrlPropertyRow): Promise<Verified> {
  const address = fileAddress(property)
  const path = join(platform.mediaFolder, `verification-${property.token}`)
  try {
    const pulled = await pullMedia(address, path, {
      maxBytes: MAX_FILE_BYTES,
      local: platform.settings.pullFromLocal,
      real: platform.real,
      cancelled: () => false,
      progress: () => {},
    })
    if (!pulled.ok) return { verified: false, found: `${address} could not be fetched: ${pulled.why}` }
    const text = readFileSync(path, 'utf8').trim()
    return text === verification.record(property.token)
      ? { verified: true, found: `${address} holds the signature` }
      : { verified: false, found: `${address} holds “${text.slice(0, 80)}” instead of the signature` }
  } finally {
    rmSync(path, { force: true })
  }
}

/** With `pullFromLocal` an address on this machine can be rehearsed with, though TikTok would not take it. */
function excused(platform: Platform, property: UrlProperty, rule: string): boolean {
  if (property.kind !== 'prefix' || !platform.settings.pullFromLocal || !URL.canParse(property.value))
    return false
  const { hostname, protocol } = new URL(property.value)
  const local = isLoopback(hostname) && (protocol === 'http:' || protocol === 'https:')
  return local && (rule === 'scheme must be https' || rule === 'host must not be an IP address')
}

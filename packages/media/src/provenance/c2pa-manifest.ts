import { BudgetExceeded, MalformedMedia } from '../byte-reader.ts'
import { children } from '../isobmff/boxes.ts'
import { type Cbor, decodeCbor } from './cbor.ts'
import { printableText } from './tags.ts'

/** What a C2PA manifest store says. It is read, not verified: signatures and hashes are not checked. */
export interface C2paClaims {
  /** The program that made the active claim. */
  claimGenerator?: string
  title?: string
  /** Last part of the IPTC address of each source type named, such as `trainedAlgorithmicMedia`. */
  digitalSourceTypes: string[]
  /** `c2pa.created`, `c2pa.edited`, … of all manifests. */
  actions: string[]
  softwareAgents: string[]
  /** Manifests in the store: more than one when the work was made from others that had their own. */
  manifests: number
}

const MAX_DEPTH = 16
const MAX_LISTED = 50

/**
 * Reads a JUMBF superbox (ISO/IEC 19566-5) with C2PA's manifest store in it
 * (https://c2pa.org/specifications, "Content Credentials", chapters on JUMBF, claims and actions).
 */
export function readManifestStore(jumbf: Uint8Array): C2paClaims {
  const claims: C2paClaims = {
    digitalSourceTypes: [],
    actions: [],
    softwareAgents: [],
    manifests: 0,
  }
  walk(jumbf, 0, jumbf.length, '', 0, (label, kind, content) => {
    if (kind !== 'cbor') return
    let value: Cbor
    try {
      value = decodeCbor(content)
    } catch (error) {
      // One assertion that cannot be read says nothing about the others.
      if (error instanceof MalformedMedia || error instanceof BudgetExceeded || error instanceof RangeError)
        return
      throw error
    }
    if (!(value instanceof Map)) return
    if (/^c2pa\.claim(\.v\d+)?$/.test(label)) takeClaim(value, claims)
    if (/^c2pa\.actions(\.v\d+)?(__\d+)?$/.test(label)) takeActions(value, claims)
  })
  return claims
}

type Visit = (label: string, kind: string, content: Uint8Array) => void

function walk(bytes: Uint8Array, from: number, to: number, label: string, depth: number, visit: Visit): void {
  if (depth > MAX_DEPTH) throw new BudgetExceeded('boxes within boxes without an end')
  for (const box of children(bytes, from, to)) {
    if (box.type === 'jumb') {
      walk(bytes, box.body, box.end, labelOf(bytes, box.body, box.end), depth + 1, visit)
    } else if (box.type !== 'jumd') {
      visit(label, box.type, bytes.subarray(box.body, box.end))
    }
  }
}

/** The description box comes first: type (16 bytes), toggles, then a label that ends with a zero. */
function labelOf(bytes: Uint8Array, from: number, to: number): string {
  for (const box of children(bytes, from, to)) {
    if (box.type !== 'jumd' || box.end - box.body < 18 || (bytes[box.body + 16]! & 2) === 0) return ''
    const text = bytes.subarray(box.body + 17, Math.min(box.end, box.body + 17 + 512))
    const end = text.indexOf(0)
    return Buffer.from(end < 0 ? text : text.subarray(0, end)).toString('utf8')
  }
  return ''
}

/** Manifests stand in order, the active one last, so that the last claim read is the one that counts. */
function takeClaim(claim: Map<Cbor, Cbor>, claims: C2paClaims): void {
  claims.manifests += 1
  const generator =
    text(claim.get('claim_generator')) ?? nameOf([claim.get('claim_generator_info')].flat()[0])
  if (generator !== undefined) claims.claimGenerator = generator
  const title = text(claim.get('dc:title'))
  if (title !== undefined) claims.title = title
}

function takeActions(assertion: Map<Cbor, Cbor>, claims: C2paClaims): void {
  const actions = assertion.get('actions')
  if (!Array.isArray(actions)) return
  for (const action of actions) {
    if (!(action instanceof Map)) continue
    add(claims.actions, text(action.get('action')))
    add(claims.digitalSourceTypes, text(action.get('digitalSourceType'))?.replace(/^.*\//, ''))
    add(claims.softwareAgents, nameOf(action.get('softwareAgent')))
  }
}

/** A name, or since version 2 a map with one. */
function nameOf(value: Cbor): string | undefined {
  return value instanceof Map ? text(value.get('name')) : text(value)
}

function text(value: Cbor): string | undefined {
  return typeof value === 'string' ? printableText(value.slice(0, 300)) || undefined : undefined
}

function add(list: string[], value: string | undefined): void {
  if (value !== undefined && list.length < MAX_LISTED && !list.includes(value)) list.push(value)
}

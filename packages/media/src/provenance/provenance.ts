import { BudgetExceeded, ByteReader, MalformedMedia } from '../byte-reader.ts'
import type { MediaContainer, MediaSource } from '../media-info.ts'
import { type C2paClaims, readManifestStore } from './c2pa-manifest.ts'
import { readEmbedded } from './embedded.ts'
import { aiSigns, originsOf } from './signs.ts'
import { printableText, Tags } from './tags.ts'

/** Where a file says it comes from. Everything here can be removed or made up; re-encoding loses it. */
export interface Provenance {
  /** Content Credentials. Read, not verified: whether the signature holds is not known. */
  c2pa?: C2paClaims
  /** Last part of the IPTC address in XMP: `trainedAlgorithmicMedia`, `digitalCapture`, … */
  digitalSourceType?: string
  /** Program that made it, by its XMP. */
  creatorTool?: string
  /** Texts of the container, by name, without the names that writers give to tracks. */
  tags: Record<string, string>
  /** Whose export or download it seems to be. */
  origins: Origin[]
  /** Why the AI label is suggested; empty when nothing speaks for it. Setting it is the creator's decision. */
  aiSigns: string[]
  /** What was there and could not be read. */
  unreadable: string[]
}

export interface Origin {
  name: string
  /**
   * `download`: taken from a platform, while TikTok demotes copies. `editor`: made with it, which is no offence.
   * `service`: came through one that also keeps people's own files.
   */
  kind: 'download' | 'editor' | 'service'
  because: string
}

/**
 * Reads what a photo or video says about its own making: C2PA manifest, XMP and IPTC source type, container tags.
 * Costs a handful of reads; memory is bounded whatever sizes the file claims. Bad content never throws.
 * @throws UsageError when the path cannot be opened; the signal's reason when it is aborted.
 */
export async function readProvenance(
  source: MediaSource,
  container: MediaContainer,
  options: { signal?: AbortSignal } = {},
): Promise<Provenance> {
  const reader = await ByteReader.open(source, options.signal)
  try {
    return await read(reader, container)
  } finally {
    await reader.close()
  }
}

async function read(reader: ByteReader, container: MediaContainer): Promise<Provenance> {
  const tags = new Tags()
  const unreadable: string[] = []
  const attempt = async <T>(what: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      const ours = error instanceof MalformedMedia || error instanceof BudgetExceeded
      if (!ours && !(error instanceof RangeError)) throw error
      unreadable.push(`${what}: ${ours ? error.message : 'it is shorter than it has to be'}`)
      return undefined
    }
  }
  const embedded = (await attempt('tags', () => readEmbedded(reader, container, tags))) ?? {}
  const { jumbf, xmp } = embedded
  const c2pa = jumbf && (await attempt('C2PA manifest', () => readManifestStore(jumbf)))
  const digitalSourceType = xmp && xmpValue(xmp, 'DigitalSourceType')?.replace(/^.*\//, '')
  const creatorTool = xmp && xmpValue(xmp, 'CreatorTool')
  if (creatorTool) tags.add('creatortool', creatorTool)
  const texts = tags.entries()
  return {
    ...(c2pa && { c2pa }),
    ...(digitalSourceType && { digitalSourceType }),
    ...(creatorTool && { creatorTool }),
    tags: Object.fromEntries(texts.filter(([name]) => name !== 'handler')),
    origins: originsOf(texts),
    aiSigns: aiSigns({ c2pa, digitalSourceType: digitalSourceType || undefined, texts }),
    unreadable,
  }
}

/** A property of an XMP packet, as an attribute or as an element with a text. No XML is interpreted. */
function xmpValue(xmp: string, property: string): string | undefined {
  const attribute = new RegExp(`[\\w-]{1,40}:${property}\\s{0,9}=\\s{0,9}["']([^"'<>]{1,300})["']`).exec(xmp)
  const element = new RegExp(`<[\\w-]{1,40}:${property}>\\s{0,99}([^<>]{1,300}?)\\s{0,99}<`).exec(xmp)
  return printableText((attribute ?? element)?.[1] ?? '') || undefined
}

import {
  DecodeError,
  type FrameSource,
  type FrameSourceChoice,
  type MediaInfo,
  readProvenance,
  type Watermark,
  WatermarkFinder,
} from '@tockwork/media'
import {
  decodeFingerprint,
  encodeFingerprint,
  FingerprintFormatError,
  FingerprintIndex,
  fingerprintFile,
  matchFingerprints,
  type QueryFingerprint,
} from '@tockwork/media/originality'
import type {
  Look,
  Looker,
  LookReport,
  LookTask,
  MatchedAsset,
  PairTask,
  SeenFrame,
  StoredData,
} from './look.ts'
import { encodePng, readPgm } from './png.ts'

/** Bytes of all indexes together. A million uploads of one workspace take about a gigabyte. */
const INDEX_BYTES = 1.5 * 2 ** 30
/** Uploads of one workspace that are compared with, the latest ones. */
const MOST_INDEXED = 1_000_000
const FRAME_HEIGHT = 192
const MOST_FRAME_WIDTH = 342
const MOST_CROP_BYTES = 200_000
const MOST_CROPS = 6
/** Marks that are kept of one file; what has more has enough of them. */
const MOST_MARKS = 50

interface WorkspaceIndex {
  index: FingerprintIndex
  upTo: number
  bytes: number
  /** In the order of their numbers. */
  ids: Set<string>
}

/** Looks at pictures on the thread that calls it. */
export class MediaLooker implements Looker {
  readonly #choose: () => Promise<FrameSourceChoice>
  readonly #finder: Pick<WatermarkFinder, 'find' | typeof Symbol.asyncDispose>
  readonly #limits: { indexBytes: number; mostIndexed: number }
  /** In the order of their last use. */
  readonly #indexes = new Map<string, WorkspaceIndex>()
  #chosen: FrameSourceChoice | undefined
  #last: { id: number; query: QueryFingerprint | undefined } | undefined
  #looks = 0

  constructor(parts: {
    frames: () => Promise<FrameSourceChoice>
    finder?: Pick<WatermarkFinder, 'find' | typeof Symbol.asyncDispose>
    limits?: { indexBytes?: number; mostIndexed?: number }
  }) {
    this.#choose = parts.frames
    this.#finder = parts.finder ?? new WatermarkFinder()
    this.#limits = { indexBytes: INDEX_BYTES, mostIndexed: MOST_INDEXED, ...parts.limits }
  }

  async decoder(): ReturnType<Looker['decoder']> {
    const { source, reason } = await this.#frames()
    return source === undefined ? { name: undefined, reason: reason ?? '' } : { name: source.name }
  }

  async look({ path, info, watermarks, ownHandles, brandWords }: LookTask): Promise<Look> {
    const { source, reason } = await this.#frames()
    const id = ++this.#looks
    this.#last = { id, query: undefined }
    const skipped: string[] = []
    const provenance = await readProvenance({ kind: 'file', path }, info.container)
    let fingerprint: Uint8Array | undefined
    if (source === undefined) skipped.push(`It was not compared with earlier uploads: ${bare(reason)}.`)
    else
      try {
        const made = await fingerprintFile(path, info, source)
        this.#last = { id, query: made.query }
        if (made.stored !== undefined) fingerprint = encodeFingerprint(made.stored)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        skipped.push(`It was not compared with earlier uploads: ${bare(error.message)}.`)
      }
    const marks = await this.#watermarks({ path, info, watermarks, ownHandles, brandWords }, source, reason)
    skipped.push(
      ...marks.skipped,
      ...provenance.unreadable.map((what) => `Not all of its origin was read: ${what}.`),
    )
    const report: LookReport = {
      decoder: source?.name ?? null,
      watermarks: marks.watermarks.map(({ evidence: _evidence, ...mark }) => mark),
      downloads: provenance.origins
        .filter(({ kind }) => kind === 'download')
        .map(({ name, because }) => ({ name, because })),
      aiSigns: provenance.aiSigns,
      skipped,
    }
    return { id, report, fingerprint, frames: marks.watermarks.flatMap(cropOf).slice(0, MOST_CROPS) }
  }

  indexedUpTo(workspaceId: string): Promise<number> {
    return Promise.resolve(this.#indexes.get(workspaceId)?.upTo ?? 0)
  }

  add(workspaceId: string, entries: readonly StoredData[], upTo: number): Promise<void> {
    const known = this.#indexes.get(workspaceId) ?? {
      ...{ index: new FingerprintIndex(), upTo: 0, bytes: 0, ids: new Set<string>() },
    }
    for (const { assetId, data } of entries) {
      const stored = read(data)
      if (stored === undefined) continue
      known.index.add(assetId, stored)
      known.ids.delete(assetId)
      known.ids.add(assetId)
    }
    for (const oldest of known.ids) {
      if (known.ids.size <= this.#limits.mostIndexed) break
      known.index.remove(oldest)
      known.ids.delete(oldest)
    }
    known.upTo = Math.max(known.upTo, upTo)
    known.bytes = known.index.stats.bytes
    this.#use(workspaceId, known)
    return Promise.resolve()
  }

  near(workspaceId: string, lookId: number): Promise<string[]> {
    const query = this.#queryOf(lookId)
    const known = this.#indexes.get(workspaceId)
    if (query === undefined || known === undefined) return Promise.resolve([])
    this.#use(workspaceId, known)
    return Promise.resolve(known.index.candidates(query))
  }

  compare(lookId: number, stored: readonly StoredData[]): Promise<MatchedAsset[]> {
    const query = this.#queryOf(lookId)
    if (query === undefined) return Promise.resolve([])
    const matches = stored.flatMap(({ assetId, data }): MatchedAsset[] => {
      const other = read(data)
      if (other === undefined) return []
      const { verdict, score, segments } = matchFingerprints(query, other)
      return verdict === 'distinct' ? [] : [{ assetId, verdict, score, segments }]
    })
    return Promise.resolve(matches.sort((one, other) => rank(one) - rank(other)))
  }

  async sideBySide({ one, other, moments }: PairTask): Promise<Uint8Array[]> {
    const { source } = await this.#frames()
    if (source === undefined) return []
    try {
      const left = await pictures(
        source,
        one,
        moments.map(([at]) => at),
      )
      const right = await pictures(
        source,
        other,
        moments.map(([, at]) => at),
      )
      return left.frames.flatMap((frame, place) => {
        const beside = right.frames[place]
        return beside === undefined ? [] : [join(frame, left.width, beside, right.width)]
      })
    } catch (error) {
      // Evidence is a help, not a condition.
      if (error instanceof DecodeError) return []
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#finder[Symbol.asyncDispose]()
  }

  /** One that was found stays; where there is none it is looked for again, since somebody may have installed it. */
  async #frames(): Promise<FrameSourceChoice> {
    if (this.#chosen?.source === undefined) this.#chosen = await this.#choose()
    return this.#chosen
  }

  async #watermarks(
    task: LookTask,
    frames: FrameSource | undefined,
    reason: string | undefined,
  ): Promise<{ watermarks: readonly Watermark[]; skipped: readonly string[] }> {
    const not = (why: string) => ({ watermarks: [], skipped: [`Watermarks were not looked for: ${why}.`] })
    if (!task.watermarks) return not("the workspace's policy allows them")
    if (frames === undefined) return not(bare(reason))
    const { path, info, ownHandles, brandWords } = task
    const found = await this.#finder.find(path, info, { frames, ownHandles, brandWords, evidence: true })
    return { ...found, watermarks: found.watermarks.slice(0, MOST_MARKS) }
  }

  #queryOf(lookId: number): QueryFingerprint | undefined {
    if (this.#last?.id !== lookId) throw new Error('another file was looked at meanwhile')
    return this.#last.query
  }

  /** Moves a workspace's index to the end, and drops those that were not used for longest while all are too large. */
  #use(workspaceId: string, known: WorkspaceIndex): void {
    this.#indexes.delete(workspaceId)
    this.#indexes.set(workspaceId, known)
    let bytes = 0
    for (const { bytes: some } of this.#indexes.values()) bytes += some
    for (const [oldest, { bytes: some }] of this.#indexes) {
      if (bytes <= this.#limits.indexBytes || oldest === workspaceId) break
      this.#indexes.delete(oldest)
      bytes -= some
    }
  }
}

function read(data: Uint8Array) {
  try {
    return decodeFingerprint(data)
  } catch (error) {
    // Of another version: it is made anew by and by.
    if (error instanceof FingerprintFormatError) return undefined
    throw error
  }
}

function rank({ verdict, score }: MatchedAsset): number {
  return (verdict === 'duplicate' ? 0 : 2) - score
}

function cropOf({ evidence, fromSec }: Watermark): SeenFrame[] {
  const picture = evidence === undefined ? undefined : readPgm(evidence)
  if (picture === undefined) return []
  const png = encodePng(picture.pixels, { ...picture, channels: 1 })
  return png.length > MOST_CROP_BYTES ? [] : [{ kind: 'watermark', atSec: fromSec, png }]
}

async function pictures(
  source: FrameSource,
  { path, info }: { path: string; info: MediaInfo },
  timesSec: readonly number[],
): Promise<{ width: number; frames: Uint8Array[] }> {
  const { width = 9, height = 16 } = info.video ?? info.photo ?? {}
  const scaled = Math.round((FRAME_HEIGHT * width) / Math.max(1, height))
  const side = Math.min(MOST_FRAME_WIDTH, Math.max(16, scaled))
  const frames: Uint8Array[] = []
  const request = { width: side, height: FRAME_HEIGHT, channels: 3, at: { timesSec } } as const
  for await (const { pixels } of source.frames(path, request)) frames.push(pixels.slice())
  return { width: side, frames }
}

function join(left: Uint8Array, leftWidth: number, right: Uint8Array, rightWidth: number): Uint8Array {
  const width = leftWidth + rightWidth
  const pixels = new Uint8Array(width * FRAME_HEIGHT * 3)
  for (let y = 0; y < FRAME_HEIGHT; y += 1) {
    pixels.set(left.subarray(y * leftWidth * 3, (y + 1) * leftWidth * 3), y * width * 3)
    pixels.set(right.subarray(y * rightWidth * 3, (y + 1) * rightWidth * 3), (y * width + leftWidth) * 3)
  }
  return encodePng(pixels, { width, height: FRAME_HEIGHT, channels: 3 })
}

function bare(reason: string | undefined): string {
  return (reason ?? 'nothing here decodes pictures').replace(/\.$/, '')
}

/** What was found in the media of a post, and by what evidence, as the API shows it. */
import type { mediaOperations, OperationAnswer } from '@tockwork/api'
import { hexOf } from '../assets/blob-store.ts'
import type { PostFinding } from '../originality/judge-post.ts'
import type { Post } from '../publishing/post.ts'
import { type Asset, findAsset } from '../storage/assets.ts'
import type { Database } from '../storage/database.ts'
import { looksOf, type MediaLook } from '../storage/media-looks.ts'
import { evidenceOf, findVerdict } from '../storage/media-verdicts.ts'
import { addressesOf, findPostMedia, hashOfAddress, type PostMedia } from '../storage/post-media.ts'
import { iso } from './iso-time.ts'

type ReportJson = OperationAnswer<(typeof mediaOperations)[2]>

/** One thing that the post names now, with what is known of it. */
interface ShownMedia {
  position: number
  url: string | undefined
  asset: Asset | undefined
  media: PostMedia | undefined
}

export async function shownMedia(db: Database, { id, workspaceId, source }: Post): Promise<ShownMedia[]> {
  if (source.type === 'asset') {
    const asset = await findAsset(db, workspaceId, source.assetId)
    return [{ position: 0, url: undefined, asset, media: undefined }]
  }
  const known = await findPostMedia(db, workspaceId, id)
  return addressesOf(source).map((url, position) => {
    const hash = hashOfAddress(url)
    // What is known of another address, which the post had before, says nothing of this one.
    const media = known.find(
      (one) => one.position === position && Buffer.compare(one.addressSha256, hash) === 0,
    )
    return { position, url, asset: media?.asset, media }
  })
}

export async function mediaReport(db: Database, post: Post): Promise<ReportJson> {
  const { id, workspaceId } = post
  const shown = await shownMedia(db, post)
  const assetIds = shown.flatMap(({ asset }) => asset?.id ?? [])
  const looks = await looksOf(db, workspaceId, assetIds)
  const frames = await evidenceOf(db, workspaceId, assetIds)
  const found = await findVerdict(db, workspaceId, id)
  const current = found?.current === true ? found : undefined
  return {
    post_id: id,
    content_sha256: current === undefined ? null : hexOf(current.contentHash),
    fetched_at: current?.fetchedAt === undefined ? null : iso(current.fetchedAt),
    items: shown.map((one) => itemToJson(one, looks)),
    verdict: current?.verdict ?? null,
    judged_at: current === undefined ? null : iso(current.judgedAt),
    findings: (current?.findings ?? []).map(findingToJson),
    watermarks: shown.flatMap(({ position, asset }) =>
      (looks.get(asset?.id ?? '')?.report?.watermarks ?? []).map((mark) => ({
        position,
        kind: mark.kind,
        platform: mark.platform ?? null,
        text: mark.text ?? null,
        box: { ...mark.box },
        from_s: mark.fromSec,
        to_s: mark.toSec,
        confidence: mark.confidence,
        certain: mark.verdict === 'block',
      })),
    ),
    is_aigc_suggested: current?.aigcSuggested ?? false,
    because: current?.because ?? [],
    skipped: current?.skipped ?? shown.flatMap((one) => skippedOf(one, looks)),
    overruled:
      current?.overruled === undefined ? null : { ...current.overruled, at: iso(current.overruled.at) },
    frames: frames.map((frame) => ({
      id: frame.id,
      position: shown.find(({ asset }) => asset?.id === frame.assetId)?.position ?? 0,
      kind: frame.kind,
      at_s: frame.atSec,
      other_asset_id: frame.otherAssetId ?? null,
      other_at_s: frame.otherAtSec ?? null,
      side: frame.side,
    })),
  }
}

function itemToJson(
  { position, url, asset, media }: ShownMedia,
  looks: ReadonlyMap<string, MediaLook>,
): ReportJson['items'][number] {
  const { failure, settledAt } = media ?? {}
  const hash = asset?.hash ?? media?.contentHash
  const isSeen = looks.get(asset?.id ?? '')?.report !== undefined
  return {
    position,
    state: media?.state === 'failed' ? 'failed' : isSeen ? 'looked_at' : 'waiting',
    url: url ?? null,
    asset_id: asset?.id ?? null,
    sha256: hash === undefined ? null : hexOf(hash),
    size_bytes: asset?.sizeBytes ?? null,
    content_type: asset?.contentType ?? null,
    fetched_at: settledAt === undefined || media?.state !== 'fetched' ? null : iso(settledAt),
    failure: failure ?? null,
  }
}

function findingToJson(finding: PostFinding): ReportJson['findings'][number] {
  return {
    rule: finding.rule,
    level: finding.level,
    positions: [...finding.positions],
    message: finding.message,
    post_id: finding.postId ?? null,
    account_id: finding.accountId ?? null,
    asset_id: finding.assetId ?? null,
    score: finding.score ?? null,
    segments: (finding.segments ?? []).map(({ query, stored, speed, orientation }) => ({
      this: { from_s: query.fromSec, to_s: query.toSec },
      other: { from_s: stored.fromSec, to_s: stored.toSec },
      speed,
      orientation,
    })),
  }
}

function skippedOf({ url, asset, media }: ShownMedia, looks: ReadonlyMap<string, MediaLook>): string[] {
  const report = looks.get(asset?.id ?? '')?.report
  if (report !== undefined) return report.skipped
  if (media?.failure !== undefined) return [`It was not looked at: ${media.failure.detail}`]
  return [
    url === undefined
      ? 'The file was not looked at yet.'
      : 'What stands behind the address was not looked at.',
  ]
}

import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { mediaRules } from '@tockwork/contracts'
import { parseContentRange } from '@tockwork/contracts/posting'
import { uploadAnswer } from '../endpoint/adapter.ts'
import type { Answer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import { sameSecret } from '../http/same-secret.ts'
import type { Platform } from '../platform.ts'
import type { UploadRow } from '../state/model.ts'
import { chunkAt } from './chunks.ts'
import { isFinal, mediaPath, startProcessing, UPLOAD_EXPIRES } from './life-cycle.ts'

/** Uploads with a chunk on its way: two at once would write over each other. */
const busy = new WeakMap<Platform, Set<string>>()

/** `PUT <upload_url>`: takes one chunk straight to disk. A chunk counts when it is whole (assumed). */
export async function receiveChunk(platform: Platform, exchange: Exchange): Promise<Answer> {
  exchange.endpoint = 'posting.uploadMedia'
  const { world, clock } = platform
  const upload = world.uploads.get(exchange.query.get('upload_id') ?? '')
  if (upload === undefined || !sameSecret(upload.token, exchange.query.get('upload_token') ?? ''))
    return uploadAnswer(404, exchange, {}, 'no valid upload task for this URL')
  const post = world.publishes.get(upload.publishId)
  exchange.creator = post?.creator
  exchange.clientKey = post?.clientKey
  if (post === undefined || isFinal(post))
    return uploadAnswer(404, exchange, {}, 'no valid upload task for this URL')
  if (upload.expiresAt <= clock.now()) return uploadAnswer(403, exchange, {}, 'upload_url has expired')

  const type = exchange.contentType
  if (!(mediaRules.upload.contentTypes as readonly string[]).includes(type)) {
    const why = `Content-Type: must be one of ${mediaRules.upload.contentTypes.join(', ')}`
    if (platform.settings.strict) return uploadAnswer(400, exchange, progress(upload), why)
    exchange.warn(why)
  }
  const range = parseContentRange(exchange.header('content-range') ?? '')
  if (range === undefined)
    return uploadAnswer(400, exchange, progress(upload), 'Content-Range: must read bytes FIRST-LAST/TOTAL')
  if (range.total !== upload.totalBytes)
    return uploadAnswer(
      400,
      exchange,
      progress(upload),
      `Content-Range: the total must be ${upload.totalBytes}, as declared`,
    )
  const length = exchange.header('content-length')
  const size = range.last - range.first + 1
  if (length === undefined) {
    if (platform.settings.strict)
      return uploadAnswer(400, exchange, progress(upload), 'Content-Length: is required')
    exchange.warn('no Content-Length')
  } else if (Number(length) !== size)
    return uploadAnswer(
      400,
      exchange,
      progress(upload),
      `Content-Length: ${length} is not the size of the range, ${size}`,
    )
  if (upload.done || range.first !== upload.receivedBytes)
    return uploadAnswer(416, exchange, progress(upload), `the next byte expected is ${upload.receivedBytes}`)
  const chunk = chunkAt(range.first, upload)
  if (chunk === undefined || chunk.last !== range.last)
    return uploadAnswer(
      400,
      exchange,
      progress(upload),
      `Content-Range: this chunk must end at byte ${chunk?.last ?? '(none)'}, as declared`,
    )

  const mine = busy.get(platform) ?? new Set<string>()
  busy.set(platform, mine)
  if (mine.has(upload.id))
    return uploadAnswer(
      416,
      exchange,
      progress(upload),
      'another chunk of this upload is on its way: send them one after another',
    )
  mine.add(upload.id)
  try {
    const received = await write(exchange, mediaPath(platform, post), range.first, size)
    if (received !== size)
      return uploadAnswer(
        400,
        exchange,
        progress(upload),
        `the body has ${received} bytes, Content-Range says ${size}`,
      )
    return take(platform, exchange, upload, size)
  } finally {
    mine.delete(upload.id)
  }
}

function take(platform: Platform, exchange: Exchange, upload: UploadRow, size: number): Answer {
  const { world, timers } = platform
  const receivedBytes = upload.receivedBytes + size
  const done = receivedBytes === upload.totalBytes
  world.uploads.patch(upload, { receivedBytes, receivedChunks: upload.receivedChunks + 1, done })
  const post = world.publishes.get(upload.publishId)
  if (post !== undefined && !isFinal(post)) {
    world.publishes.patch(post, { uploadedBytes: receivedBytes })
    if (done) {
      timers.drop(UPLOAD_EXPIRES, post.id)
      startProcessing(platform, post)
    }
  }
  return uploadAnswer(done ? 201 : 206, exchange, progress(upload))
}

/** Where the upload stands; the number is read as the last byte's index (not stated by TikTok). */
function progress(upload: UploadRow): Record<string, string> {
  return { 'content-range': `bytes 0-${Math.max(0, upload.receivedBytes - 1)}/${upload.totalBytes}` }
}

/** Writes the body at its place, never more than the range says; returns how many bytes came. */
async function write(exchange: Exchange, path: string, first: number, size: number): Promise<number> {
  await (await open(path, 'a', 0o600)).close()
  const file = createWriteStream(path, { flags: 'r+', start: first, highWaterMark: 1 << 20 })
  if (exchange.header('content-length') !== undefined) {
    // It has been found to be the size of the range, and Node lets no byte more through. With nothing between the socket
    // and the file, pieces gather while the disk writes and go to it together.
    await pipeline(exchange.request, file)
    return file.bytesWritten
  }
  let received = 0
  const meter = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      received += bytes.length
      done(null, received <= size ? bytes : undefined)
    },
  })
  await pipeline(exchange.request, meter, file)
  return received
}

import { Readable } from 'node:stream'
import { TransportError } from '@tockwork/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Posts, PublishFailedError } from '../../src/posts/index.ts'
import { UploadError, UploadInterruptedError, UploadUrlExpiredError } from '../../src/upload/index.ts'
import { FakeTikTok, type PutFault, UPLOAD_URL, video } from '../posts/fake-tiktok.ts'

const CHUNK = 5 * 1024 ** 2
const SIZE = 3 * CHUNK + 1234
const bytes = video(SIZE)

const kinds = {
  bytes: () => bytes,
  blob: () => new Blob([bytes as Uint8Array<ArrayBuffer>]),
  stream: () => ({ stream: pieces(100_003), size: SIZE }),
  'web stream': () => ({
    stream: Readable.toWeb(Readable.from(pieces(1_000_000))) as ReadableStream<Uint8Array>,
    size: SIZE,
  }),
}
type Kind = keyof typeof kinds

async function* pieces(length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < SIZE; at += length) yield bytes.subarray(at, at + length)
}

const post = (tiktok: FakeTikTok, kind: Kind = 'bytes', signal?: AbortSignal) =>
  new Posts(tiktok).publishVideo({
    source: kinds[kind](),
    privacyLevel: 'SELF_ONLY',
    chunkSize: CHUNK,
    signal,
  })

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  )
const arrived = (tiktok: FakeTikTok): boolean => Buffer.from(tiktok.bytes).equals(bytes)

test.each(Object.keys(kinds) as Kind[])('a %s arrives byte for byte', async (kind) => {
  const tiktok = new FakeTikTok()
  await post(tiktok, kind)
  expect(arrived(tiktok)).toBe(true)
  expect(tiktok.puts.map((put) => put.status)).toEqual([206, 206, 201])
})

describe('a chunk whose connection dropped', () => {
  test.each(Object.keys(kinds) as Kind[])('is sent again when it did not arrive (%s)', async (kind) => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = [undefined, 'drop-half']
    await post(tiktok, kind)
    expect(arrived(tiktok)).toBe(true)
    expect(tiktok.puts.map((put) => put.status)).toEqual([206, 'dropped', 206, 201])
    expect(tiktok.puts[2]?.range).toBe(tiktok.puts[1]?.range)
  })

  test.each(Object.keys(kinds) as Kind[])(
    'is not sent again when TikTok took it and its answer was lost (%s)',
    async (kind) => {
      const tiktok = new FakeTikTok()
      tiktok.putFaults = [undefined, 'drop-after']
      await post(tiktok, kind)
      expect(arrived(tiktok)).toBe(true)
      expect(tiktok.puts.map((put) => put.status)).toEqual([206, 'dropped', 201])
    },
  )

  test.each(['last-index', 'count'] as const)(
    'is skipped by the 416 when the status does not say how much arrived (%s)',
    async (rangeStyle) => {
      const tiktok = new FakeTikTok()
      Object.assign(tiktok, { rangeStyle, tellsUploadedBytes: false })
      tiktok.putFaults = ['drop-after']
      await post(tiktok)
      expect(arrived(tiktok)).toBe(true)
      expect(tiktok.puts.map((put) => put.status)).toEqual(['dropped', 416, 206, 201])
    },
  )

  test('and was the last one: the status says that the upload is over', async () => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = [undefined, undefined, 'drop-after']
    await post(tiktok)
    expect(tiktok.puts.map((put) => put.status)).toEqual([206, 206, 'dropped'])
  })

  test('continues in the middle when the status counts the part that arrived', async () => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = [undefined, 'drop-before']
    const half = CHUNK + 1_000_000
    tiktok.script['posting.publishStatus'] = [{ status: 'PROCESSING_UPLOAD', uploaded_bytes: half }]
    tiktok.clock.onMove = () => {
      tiktok.bytes.set(bytes.subarray(CHUNK, half), CHUNK)
      tiktok.received = half
    }
    await post(tiktok, 'stream')
    expect(arrived(tiktok)).toBe(true)
    expect(tiktok.puts.map((put) => put.range.split('/')[0])).toEqual([
      `bytes 0-${CHUNK - 1}`,
      `bytes ${CHUNK}-${2 * CHUNK - 1}`,
      `bytes ${half}-${2 * CHUNK - 1}`,
      `bytes ${2 * CHUNK}-${SIZE - 1}`,
    ])
  })

  test('meets a status that failed too, and is sent again all the same', async () => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = ['drop-before']
    tiktok.script['posting.publishStatus'] = [
      new TransportError('No answer came.', { code: 'no_answer', retry: 'now', sent: 'maybe' }),
    ]
    await post(tiktok)
    expect(arrived(tiktok)).toBe(true)
  })

  test('belongs to a post that has failed: that is said', async () => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = ['drop-before']
    tiktok.script['posting.publishStatus'] = [{ status: 'FAILED', fail_reason: 'auth_removed' }]
    expect(await failure(post(tiktok))).toBeInstanceOf(PublishFailedError)
  })
})

test('a 5xx sends the chunk again, after growing pauses with full jitter', async () => {
  const tiktok = new FakeTikTok()
  tiktok.putFaults = [500, 502, 503, 500]
  await post(tiktok)
  expect(tiktok.puts.map((put) => put.status)).toEqual([500, 502, 503, 500, 206, 206, 201])
  const { sleeps } = tiktok.clock
  expect(sleeps.length).toBe(4)
  sleeps.forEach((ms, index) => {
    expect(ms).toBeLessThanOrEqual(500 * 2 ** index)
  })
})

test('whatever is lost on the way, the bytes arrive once and in order', async () => {
  const fault = fc.constantFrom<(PutFault | undefined)[]>(
    undefined,
    undefined,
    'drop-before',
    'drop-half',
    'drop-after',
    500,
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 8 }),
      fc.constantFrom(...(Object.keys(kinds) as Kind[])),
      fc.constantFrom<FakeTikTok['rangeStyle'][]>('last-index', 'count', 'none'),
      fc.boolean(),
      async (faults, kind, rangeStyle, tellsUploadedBytes) => {
        // Without either there is no way to learn that a chunk was taken, so its lost answer ends the upload.
        fc.pre(rangeStyle !== 'none' || tellsUploadedBytes)
        const tiktok = new FakeTikTok()
        Object.assign(tiktok, { rangeStyle, tellsUploadedBytes })
        tiktok.putFaults = [...faults]
        await post(tiktok, kind)
        expect(arrived(tiktok)).toBe(true)
      },
    ),
    { numRuns: 40 },
  )
})

test.each(['bytes', 'stream'] as const)(
  'a 416 that names the very byte that was sent is asked again there, not a byte beside it (%s)',
  async (kind) => {
    const tiktok = new FakeTikTok()
    const busy = (end: number): PutFault => ({ status: 416, range: `bytes 0-${end}/${SIZE}` })
    tiktok.putFaults = [busy(0), undefined, busy(CHUNK - 1), busy(CHUNK - 1)]
    await post(tiktok, kind)
    expect(arrived(tiktok)).toBe(true)
    expect(tiktok.puts.map((put) => put.range.split('-')[0])).toEqual([
      'bytes 0',
      'bytes 0',
      ...Array(3).fill(`bytes ${CHUNK}`),
      `bytes ${2 * CHUNK}`,
    ])
  },
)

test('a resumption in the middle of a chunk finds its byte although the answer counts', async () => {
  const tiktok = new FakeTikTok()
  Object.assign(tiktok, { rangeStyle: 'count', tellsUploadedBytes: false })
  tiktok.bytes = bytes.slice()
  tiktok.received = CHUNK + 77
  await new Posts(tiktok).resumeUpload({
    publishId: 'p',
    uploadUrl: UPLOAD_URL,
    source: bytes,
    chunkSize: CHUNK,
  })
  expect(tiktok.received).toBe(SIZE)
  expect(tiktok.puts.slice(-2).map((put) => put.status)).toEqual([206, 201])
})

test('a chunk of which TikTok took a part only is continued after that part', async () => {
  const tiktok = new FakeTikTok()
  tiktok.putFaults = [{ status: 206, range: `bytes 0-999999/${SIZE}` }]
  tiktok.bytes = new Uint8Array(SIZE)
  const puts = post(tiktok, 'stream')
  tiktok.received = 1_000_000
  await puts
  expect(tiktok.puts[1]?.range).toBe(`bytes 1000000-${CHUNK - 1}/${SIZE}`)
  expect(Buffer.from(tiktok.bytes.subarray(1_000_000)).equals(bytes.subarray(1_000_000))).toBe(true)
})

test('206 to the last chunk: the status decides whether everything is there', async () => {
  const tiktok = new FakeTikTok()
  tiktok.putFaults = [undefined, undefined, { status: 206, range: `bytes 0-${SIZE - 1}/${SIZE}` }]
  tiktok.script['posting.publishStatus'] = [{ status: 'PROCESSING_UPLOAD', uploaded_bytes: SIZE }]
  await post(tiktok)
  expect(tiktok.puts.length).toBe(3)
  tiktok.received = 0
  tiktok.putFaults = [undefined, undefined, { status: 206, range: `bytes 0-${SIZE - 1}/${SIZE}` }]
  expect(await failure(post(tiktok))).toMatchObject({ code: 'upload_incomplete', sentBytes: 2 * CHUNK })
})

test('a URL that is gone because the upload is complete is no failure', async () => {
  const tiktok = new FakeTikTok()
  tiktok.putFaults = [undefined, undefined, 500, 404]
  tiktok.script['posting.publishStatus'] = [{ status: 'PUBLISH_COMPLETE' }]
  await post(tiktok)
  expect(tiktok.puts.map((put) => put.status)).toEqual([206, 206, 500, 404])
})

describe('an upload is given up', () => {
  test.each([
    [403, 'upload_url_expired', UploadUrlExpiredError],
    [404, 'upload_task_not_found', UploadUrlExpiredError],
    [400, 'upload_bad_request', UploadError],
    [302, 'upload_unexpected_status', UploadError],
  ])('at once on HTTP %d', async (status, code, type) => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = [undefined, status]
    const error = await failure(post(tiktok))
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({
      code,
      httpStatus: status,
      retry: 'never',
      publishId: 'v_pub_file~v2-1.1',
      sentBytes: CHUNK,
    })
    expect(tiktok.puts.length).toBe(2)
    if (status < 400) return
    expect((error as UploadError).action).toMatch(status === 400 ? /Correct/ : /new init/)
  })

  test('when nothing gets through for long, saying how to resume, and keeping the upload URL to itself', async () => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = [undefined, ...Array<PutFault>(50).fill('drop-before')]
    const error = (await failure(post(tiktok))) as UploadInterruptedError
    expect(error).toBeInstanceOf(UploadInterruptedError)
    expect(error).toMatchObject({
      retry: 'outcome-unknown',
      sent: 'maybe',
      sentBytes: CHUNK,
      cause: expect.any(TransportError),
    })
    expect(error.action).toContain('resumeUpload')
    expect(`${JSON.stringify(error)}${error.stack}`).not.toMatch(/Xza123|upload_token/)
    expect(tiktok.puts.length).toBeLessThan(12)
  })

  test('when 416 is the answer to everything', async () => {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = Array<PutFault>(100).fill({ status: 416, range: `bytes 0-${CHUNK - 1}/${SIZE}` })
    expect(await failure(post(tiktok))).toBeInstanceOf(UploadInterruptedError)
    expect(tiktok.puts.length).toBeLessThan(14)
  })

  test('when the caller aborts, with the reason given', async () => {
    const tiktok = new FakeTikTok()
    const controller = new AbortController()
    const source = {
      stream: (async function* () {
        yield bytes.subarray(0, CHUNK + 10)
        controller.abort(new Error('changed my mind'))
        yield bytes.subarray(CHUNK + 10)
      })(),
      size: SIZE,
    }
    const upload = new Posts(tiktok).publishVideo({
      source,
      privacyLevel: 'SELF_ONLY',
      chunkSize: CHUNK,
      signal: controller.signal,
    })
    expect(await failure(upload)).toMatchObject({ message: 'changed my mind' })
    expect(tiktok.puts.length).toBeLessThan(3)
  })

  test('when a stream is shorter or longer than announced', async () => {
    for (const size of [SIZE - 1, SIZE + 1]) {
      const tiktok = new FakeTikTok()
      const source = { stream: pieces(777_777), size }
      const error = await failure(
        new Posts(tiktok).publishVideo({ source, privacyLevel: 'SELF_ONLY', chunkSize: CHUNK }),
      )
      expect(error).toMatchObject({ name: 'UsageError', code: 'source_size_mismatch' })
      expect(tiktok.received).toBe(2 * CHUNK)
    }
  })
})

describe('resuming after a crash', () => {
  async function crashed(): Promise<FakeTikTok> {
    const tiktok = new FakeTikTok()
    tiktok.putFaults = [undefined, ...Array<PutFault>(50).fill('drop-before')]
    await failure(post(tiktok))
    tiktok.putFaults = []
    tiktok.puts.length = 0
    return tiktok
  }
  const resume = (tiktok: FakeTikTok, kind: Kind) =>
    new Posts(tiktok).resumeUpload({
      publishId: 'v_pub_file~v2-1.1',
      uploadUrl: UPLOAD_URL,
      source: kinds[kind](),
      chunkSize: CHUNK,
    })

  test.each(Object.keys(kinds) as Kind[])('sends the rest of a %s', async (kind) => {
    const tiktok = await crashed()
    expect((await resume(tiktok, kind)).publishId).toBe('v_pub_file~v2-1.1')
    expect(arrived(tiktok)).toBe(true)
    expect(tiktok.puts.map((put) => put.status)).toEqual([206, 201])
  })

  test('finds its place by the 416 when the status does not tell', async () => {
    const tiktok = await crashed()
    tiktok.tellsUploadedBytes = false
    await resume(tiktok, 'bytes')
    expect(arrived(tiktok)).toBe(true)
    expect(tiktok.puts.map((put) => put.status)).toEqual([416, 206, 201])
  })

  test('sends nothing when TikTok has everything', async () => {
    const tiktok = new FakeTikTok()
    await post(tiktok)
    tiktok.puts.length = 0
    expect(await (await resume(tiktok, 'bytes')).completed()).toMatchObject({ status: 'PUBLISH_COMPLETE' })
    expect(tiktok.puts).toEqual([])
  })
})

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openUrl, probe, spool } from '../src/index.ts'
import { makeSampleVideo, sampleVideoStream } from '../src/sample/index.ts'

const clip = makeSampleVideo({
  width: 360,
  height: 640,
  durationSec: 60,
  moovLast: true,
  padToBytes: 3 * 2 ** 20,
})
let folder: string
const servers: Server[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-source-'))
  return () => rmSync(folder, { recursive: true, force: true })
})
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`
}

interface Served {
  requests: number
  bytes: number
}

/** A server that keeps to RFC 9110's ranges. */
function ranged(file: Uint8Array, seen: Served, etag = '"1"'): RequestListener {
  return (request, response) => {
    seen.requests += 1
    const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const part = file.subarray(Number(from), Math.min(Number(to) + 1, file.length))
    seen.bytes += part.length
    response.writeHead(206, {
      'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`,
      etag,
    })
    response.end(part)
  }
}

describe('an address', () => {
  test('is read in parts, and only those that are needed', async () => {
    const seen = { requests: 0, bytes: 0 }
    await using remote = await openUrl(await serve(ranged(clip, seen)), { fetch })
    expect(remote.ranges).toBe(true)
    const { problems, video, durationSec } = await probe(remote.source)
    expect({ problems, codec: video?.codec, durationSec }).toEqual({
      problems: [],
      codec: 'h264',
      durationSec: 60,
    })
    expect(seen.requests).toBeLessThan(6)
    expect(seen.bytes).toBeLessThan(500_000)
  })

  test('whose server sends everything is kept in a file until it has been looked at', async () => {
    const url = await serve((_, response) => response.end(clip))
    let path: string
    {
      await using remote = await openUrl(url, { fetch })
      expect(remote.ranges).toBe(false)
      if (remote.source.kind !== 'file') throw new Error('a file was expected')
      path = remote.source.path
      expect((await probe(remote.source)).problems).toEqual([])
    }
    expect(existsSync(path)).toBe(false)
  })

  test('is shown to the guard before every request, and a refusal ends it', async () => {
    const seen = { requests: 0, bytes: 0 }
    const url = await serve(ranged(clip, seen))
    const asked: string[] = []
    await using remote = await openUrl(url, { fetch, allow: ({ href }) => void asked.push(href) })
    await probe(remote.source)
    expect(asked).toHaveLength(seen.requests)
    const refuse = () => Promise.reject(new Error('this is a private network'))
    await expect(openUrl(url, { fetch, allow: refuse })).rejects.toThrow('this is a private network')
    expect(seen.requests).toBe(asked.length)
  })

  test('that redirects is not followed', async () => {
    let visited = false
    const target = await serve((_, response) => {
      visited = true
      response.end()
    })
    const url = await serve((_, response) => response.writeHead(302, { location: target }).end())
    await expect(openUrl(url, { fetch })).rejects.toMatchObject({ code: 'media_redirects' })
    expect(visited).toBe(false)
  })

  test.each([404, 403, 500])('that answers %d is said to', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end('no'))
    await expect(openUrl(url, { fetch })).rejects.toMatchObject({ code: 'media_status', httpStatus: status })
  })

  test.each(['file:///etc/passwd', 'ftp://example.com/a', 'nonsense'])('%s is none', async (url) => {
    await expect(openUrl(url, { fetch: () => Promise.reject(new Error('asked')) })).rejects.toMatchObject({
      code: 'usage',
    })
  })

  test('that changes while it is read is noticed', async () => {
    let file = clip
    const url = await serve((request, response) => ranged(file, { requests: 0, bytes: 0 })(request, response))
    await using remote = await openUrl(url, { fetch })
    file = clip.subarray(0, clip.length - 1)
    await expect(probe(remote.source)).rejects.toMatchObject({ code: 'media_changed' })
  })

  test('that does not answer, or sends without end, costs neither time nor memory', async () => {
    const silent = await serve(() => undefined)
    await expect(openUrl(silent, { fetch, requestTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'media_unreachable',
    })
    const endless = await serve((_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-65535/1000000' })
      const chunk = Buffer.alloc(65_536)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    await using remote = await openUrl(endless, { fetch })
    expect(remote.ranges).toBe(true)
    const whole = await serve((_, response) => response.end(clip))
    await expect(openUrl(whole, { fetch, maxBytes: 1000 })).rejects.toMatchObject({ code: 'media_too_large' })
  })
})

test('a source that is slow is given up, by its own limit or by the caller', async () => {
  const slow = (): Promise<Uint8Array> =>
    new Promise((resolve) => setTimeout(resolve, 50, new Uint8Array(100)))
  const source = { kind: 'ranges', size: 10_000_000, read: slow } as const
  const { problems } = await probe(source, { timeLimitMs: 20 })
  expect(problems).toEqual([{ code: 'too-complex', detail: 'it could not be read within 20 ms' }])
  const signal = AbortSignal.timeout(20)
  await expect(probe(source, { signal })).rejects.toThrow(/timeout/)
})

describe('a stream', () => {
  test.each([
    ['of Node', () => Readable.from([clip.subarray(0, 1000), clip.subarray(1000)])],
    ['of the Web', () => new Blob([clip]).stream()],
  ])('%s', async (_, make) => {
    await using spooled = await spool(make(), { maxBytes: 2 ** 30, folder })
    expect(spooled.sizeBytes).toBe(clip.length)
    expect((await probe(spooled.source)).problems).toEqual([])
  })

  test('that is too long, breaks off or is given up leaves nothing behind', async () => {
    const { stream } = sampleVideoStream({ padToBytes: 10 * 2 ** 20 })
    await expect(spool(stream, { maxBytes: 2 ** 20, folder })).rejects.toMatchObject({
      code: 'media_too_large',
    })
    const broken = Readable.from(
      (async function* () {
        yield clip.subarray(0, 10)
        throw new Error('the line went dead')
      })(),
    )
    await expect(spool(broken, { maxBytes: 2 ** 20, folder })).rejects.toThrow('the line went dead')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(spool(new Blob([clip]).stream(), { maxBytes: 2 ** 30, folder, signal })).rejects.toThrow(
      'enough',
    )
    expect(readdirSync(folder)).toEqual([])
  })
})

/** The uploader on the transports it ships with, against a server that breaks connections for real. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseContentRange } from '@tockwork/contracts/posting'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Http } from '../../src/http.ts'
import { createHttp as createFetchHttp } from '../../src/http-fetch.ts'
import { fileSource } from '../../src/node/file-source.ts'
import { createHttp as createUndiciHttp } from '../../src/node/http-undici.ts'
import { Posts } from '../../src/posts/index.ts'
import { UploadUrlExpiredError } from '../../src/upload/index.ts'
import { FakeTikTok, video } from '../posts/fake-tiktok.ts'

type Meets = (req: IncomingMessage, res: ServerResponse) => 'handled' | 'go on'

const CHUNK = 6_000_000
const SIZE = 20_000_003
const bytes = video(SIZE)
/** What each PUT to come meets; nothing: the server does its work. */
let meets: (Meets | undefined)[] = []
let received = Buffer.alloc(0)
let statuses: (number | 'cut')[] = []
let tiktok = new FakeTikTok()

const server = createServer((req, res) => {
  const meet = meets.shift()
  if (meet?.(req, res) === 'handled') return
  const range = parseContentRange(req.headers['content-range'] ?? '')
  const pieces: Buffer[] = []
  req.on('data', (piece: Buffer) => pieces.push(piece))
  req.on('error', () => undefined)
  req.on('end', () => {
    const body = Buffer.concat(pieces)
    const fits =
      range !== undefined &&
      range.first === received.byteLength &&
      body.byteLength === range.last + 1 - range.first
    if (fits) received = Buffer.concat([received, body])
    tiktok.received = received.byteLength
    const all = received.byteLength === SIZE
    if (all) tiktok.status = { status: 'PUBLISH_COMPLETE' }
    if (res.destroyed) return
    const status = !fits ? 416 : all ? 201 : 206
    statuses.push(status)
    res
      .writeHead(status, { 'content-range': `bytes 0-${Math.max(0, received.byteLength - 1)}/${SIZE}` })
      .end()
  })
})

/** Cuts the connection after so many bytes of the body. */
const cutAfter =
  (most: number): Meets =>
  (req) => {
    let length = 0
    req.on('error', () => undefined)
    req.on('data', (piece: Buffer) => {
      length += piece.byteLength
      if (length > most && !req.destroyed) {
        statuses.push('cut')
        req.destroy()
      }
    })
    return 'handled'
  }
/** Takes the chunk, then cuts the connection instead of answering. */
const loseAnswer: Meets = (req, res) => {
  req.on('end', () => {
    statuses.push('cut')
    res.destroy()
  })
  return 'go on'
}
const answerAtOnce =
  (status: number): Meets =>
  (req, res) => {
    statuses.push(status)
    req.resume()
    res.writeHead(status).end()
    return 'handled'
  }

let folder = ''
let path = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  folder = await mkdtemp(join(tmpdir(), 'tockwork-upload-'))
  path = join(folder, 'clip.mp4')
  await writeFile(path, bytes)
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  meets = []
  received = Buffer.alloc(0)
  statuses = []
  tiktok = new FakeTikTok()
})

const transports: Record<string, () => Http> = { undici: createUndiciHttp, fetch: createFetchHttp }

describe.each(Object.keys(transports))('over %s', (transport) => {
  const http = (transports[transport] as () => Http)()

  async function post(stream: boolean): Promise<void> {
    const { port } = server.address() as AddressInfo
    const caller = Object.assign(tiktok, {
      http,
      resolve: (url: string) => url.replace('https://open-upload.tiktokapis.com', `http://127.0.0.1:${port}`),
    })
    const file = await fileSource(path)
    const source = stream ? { stream: file.slice(0, SIZE - 1), size: SIZE } : file
    await new Posts(caller).publishVideo({ source, privacyLevel: 'SELF_ONLY', chunkSize: CHUNK })
  }

  test.each([
    ['nothing breaks', [], [206, 206, 201]],
    [
      'a connection is cut in the middle of a chunk, twice',
      [undefined, cutAfter(1_000_000), cutAfter(3_000_000)],
      [206, 'cut', 'cut', 206, 201],
    ],
    ['a chunk arrives and its answer is lost', [undefined, loseAnswer], [206, 'cut', 201]],
    ['the last chunk arrives and its answer is lost', [undefined, undefined, loseAnswer], [206, 206, 'cut']],
    ['a gateway fails', [answerAtOnce(502), undefined, answerAtOnce(503)], [502, 206, 503, 206, 201]],
  ] as [string, (Meets | undefined)[], (number | 'cut')[]][])(
    '%s: the file and the stream arrive whole',
    async (_what, faults, expected) => {
      for (const stream of [false, true]) {
        meets = [...faults]
        received = Buffer.alloc(0)
        statuses = []
        tiktok = new FakeTikTok()
        await post(stream)
        expect(received.equals(bytes)).toBe(true)
        expect(statuses).toEqual(expected)
      }
    },
  )

  test('an expired upload URL is told apart, and does not show in the error', async () => {
    meets = [undefined, answerAtOnce(403)]
    const error = await post(false).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UploadUrlExpiredError)
    expect(`${JSON.stringify(error)}${(error as Error).stack}`).not.toMatch(/Xza123|upload_token/)
  })
})

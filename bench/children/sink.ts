/**
 * Takes bytes as fast as Node can and forgets them, or writes them to a file. Speaks enough of TikTok for the SDK: an
 * init, and 206 or 201 for chunks. Whatever comes without a Content-Range, such as curl's, is answered 200.
 */
import { createWriteStream, type WriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { answerQuestions } from '../worker.ts'

let folderOfFiles: string | undefined
let uploads = 0
let received = 0

async function drain(request: IncomingMessage): Promise<void> {
  request.on('data', (bytes: Buffer) => {
    received += bytes.length
  })
  await new Promise<void>((resolve, reject) => request.once('end', resolve).once('error', reject))
}

async function store(request: IncomingMessage, path: string, start: number): Promise<void> {
  await (await open(path, 'a')).close()
  const file: WriteStream = createWriteStream(path, { flags: 'r+', start, highWaterMark: 1 << 20 })
  await pipeline(request, file)
  received += file.bytesWritten
}

answerQuestions({
  async start({ folder }: { folder?: string }): Promise<number> {
    folderOfFiles = folder
    const server = createServer({ requestTimeout: 0 }, async (request, response) => {
      const url = request.url ?? '/'
      if (request.method === 'POST') {
        await drain(request)
        uploads += 1
        const port = (server.address() as AddressInfo).port
        const data = {
          publish_id: `v_pub_file~v2.${uploads}`,
          upload_url: `http://127.0.0.1:${port}/video/?upload_id=${uploads}`,
        }
        const body = JSON.stringify({ data, error: { code: 'ok', message: '', log_id: '2026' } })
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
          .end(body)
        return
      }
      const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '')
      const [, first = '0', last = '0', total = '0'] = range ?? []
      if (folderOfFiles === undefined) await drain(request)
      else
        await store(
          request,
          `${folderOfFiles}/${new URL(url, 'http://sink').searchParams.get('upload_id')}`,
          Number(first),
        )
      if (range === null) response.writeHead(200, { 'content-length': 0 }).end()
      else {
        const status = Number(last) + 1 === Number(total) ? 201 : 206
        response.writeHead(status, { 'content-range': `bytes 0-${last}/${total}`, 'content-length': 0 }).end()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  },
  /** Bytes since the last time this was asked: what arrived, against what was said to be sent. */
  received(): number {
    const bytes = received
    received = 0
    return bytes
  },
})

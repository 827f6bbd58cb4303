/** Serves local photos on this machine while an emulator fetches them: TikTok takes photos by address only. */
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import type { Random } from '@tockwork/kernel'

export interface PhotoServer {
  urls: string[]
  close: () => Promise<void>
}

const TYPES: Readonly<Record<string, string>> = { '.webp': 'image/webp' }

export async function servePhotos(paths: readonly string[], random: Random): Promise<PhotoServer> {
  // Other programs of this machine cannot guess the addresses.
  const secret = Buffer.from(random.bytes(16)).toString('hex')
  const files = new Map<string, string>(
    paths.map((path, index) => [`/${secret}/${index + 1}${extname(path).toLowerCase()}`, path] as const),
  )
  const server = createServer((request, response) => {
    const path = files.get(request.url ?? '')
    if (path === undefined || request.method !== 'GET') {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path).toLowerCase()] ?? 'image/jpeg' })
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    urls: [...files.keys()].map((path) => `http://127.0.0.1:${port}${path}`),
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

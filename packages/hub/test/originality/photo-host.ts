/** A web server for tests: what it gives, and how badly, is said for each path. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (response: ServerResponse) => void

export class PhotoHost {
  readonly origin: string
  /** How often each path was asked for. */
  readonly asked = new Map<string, number>()
  readonly #server: Server
  readonly #answers: Map<string, Answer>

  private constructor(server: Server, answers: Map<string, Answer>) {
    this.#server = server
    this.#answers = answers
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<PhotoHost> {
    const answers = new Map<string, Answer>()
    let host: PhotoHost | undefined
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      // The emulator asks too, when it pulls; what is counted are the hub's looks.
      if (request.headers['user-agent'] === 'Tockwork-Import/1')
        host?.asked.set(path, (host.asked.get(path) ?? 0) + 1)
      const answer = answers.get(path)
      if (answer === undefined) response.writeHead(404).end()
      else answer(response)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    host = new PhotoHost(server, answers)
    return host
  }

  /** Gives a file at a path; answers its address. */
  put(path: string, bytes: Uint8Array): string {
    return this.answer(path, (response) =>
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
    )
  }

  answer(path: string, answer: Answer): string {
    this.#answers.set(path, answer)
    return `${this.origin}${path}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

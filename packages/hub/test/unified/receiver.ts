import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Told {
  headers: Record<string, string | undefined>
  /** The bytes as they came. */
  raw: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies by what they expect to be in them
  json: any
}

/** The product's side of webhooks: keeps what comes, and answers as it is told. */
export class Receiver {
  readonly told: Told[] = []
  /** Answered to the next ones, in this order; 200 when it is empty. */
  readonly answers: number[] = []
  readonly #server: Server
  #waiting: (() => void)[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const raw = Buffer.concat(chunks)
        const headers = request.headers as Told['headers']
        this.told.push({ headers, raw, json: JSON.parse(raw.toString('utf8')) })
        response.writeHead(this.answers.shift() ?? 200).end()
        for (const wake of this.#waiting.splice(0)) wake()
      })
    })
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  /** The first that fits, among those that came and those that are still to come. */
  async wait(fits: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.told.find(fits)
      if (found !== undefined) return found
      await new Promise<void>((wake) => this.#waiting.push(wake))
    }
  }

  /** The first of an event. */
  event(name: string): Promise<Told> {
    return this.wait(({ json }) => json.event === name)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

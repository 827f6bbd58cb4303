/** What stands before the hub processes: the one address that browsers and TikTok know. Ours is never killed. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HubSlot } from './processes.ts'

const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

export class Front {
  readonly origin: string
  readonly #server: Server
  #slots: readonly HubSlot[] = []
  #turn = 0

  private constructor(server: Server) {
    this.#server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (incoming, answer) => void this.#pass(incoming, answer))
  }

  static async open(): Promise<Front> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Front(server)
  }

  serve(slots: readonly HubSlot[]): void {
    this.#slots = slots
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** To whichever process is up; 503 when none is, 502 when it goes away in the middle: the caller decides whether to repeat. */
  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const up = this.#slots.filter(({ url }) => url !== undefined)
    this.#turn += 1
    const slot = up[this.#turn % Math.max(1, up.length)]
    if (slot === undefined) return void answer.writeHead(503).end()
    const onward = request(
      `${slot.origin}${incoming.url ?? '/'}`,
      { method: incoming.method ?? 'GET', headers: passable(incoming), agent: false },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, passable(reply))
        reply.on('error', () => answer.destroy())
        reply.pipe(answer)
      },
    )
    onward.on('error', () => {
      if (answer.headersSent) answer.destroy()
      else answer.writeHead(502).end()
    })
    onward.end(Buffer.concat(chunks))
  }
}

function passable({ headers }: IncomingMessage): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, value]],
    ),
  )
}

/** Lets a server end although somebody connected and said nothing, or only half of what they had to say. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const SWEEP_MS = 200
/** A request whose head is not there by then never was one. */
const HEAD_MS = 2_000

/**
 * Browsers open connections before they need them. Node counts one as busy until its first request is whole (that bounds
 * how long somebody may take), so neither `closeIdleConnections` nor `close` ends it, and `close` also stops the timer
 * that would: the server would wait for ever.
 *
 * @returns to be called as the server closes: ends such connections until it has
 */
export function endSilentConnections(server: Server): () => void {
  const sockets = new Set<Socket>()
  const asked = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      asked.delete(socket)
    })
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    asked.add(socket)
    response.once('close', () => asked.delete(socket))
  })
  return () => {
    let waited = 0
    const sweep = (): void => {
      for (const socket of sockets) {
        if (asked.has(socket)) continue
        if (socket.bytesRead === 0 || waited >= HEAD_MS) socket.destroy()
      }
      waited += SWEEP_MS
    }
    sweep()
    // Some are accepted just before the server stops listening.
    const timer = setInterval(sweep, SWEEP_MS)
    timer.unref()
    server.once('close', () => clearInterval(timer))
  }
}

/** The MCP server over streamable HTTP, for this machine alone. */
import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'

/**
 * Listens on 127.0.0.1. Whoever calls must hold the token: other users and web pages of this machine reach the port too.
 * @returns the address, and how to stop.
 */
export async function serveHttp(
  make: () => McpServer,
  { port, token }: { port: number; token: string },
): Promise<{ url: string; close: () => Promise<void> }> {
  const handler = createMcpHandler(make)
  const handle = toNodeHandler(handler)
  const hostIsOurs = localhostHostValidation()
  const originIsOurs = localhostOriginValidation()
  const server = createServer(async (request, response) => {
    if (!hostIsOurs(request, response) || !originIsOurs(request, response)) return
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/mcp') {
      response.writeHead(404).end()
      return
    }
    if (!isToken(request.headers.authorization, token)) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
      return
    }
    // The adapter's type of a request lacks the `undefined` that Node's own has.
    await handle(request as Parameters<typeof handle>[0], response).catch(() => {
      // A body over the limit, or a client that has gone.
      if (!response.headersSent) response.writeHead(413)
      response.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${actual}/mcp`,
    close: async () => {
      await handler.close()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

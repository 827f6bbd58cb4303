/** `mcp`: what the command knows and does, as tools for an AI assistant. */
import { once } from 'node:events'
import { join } from 'node:path'
import { AuditLog } from '../assistant/mcp/audit.ts'
import { serveHttp } from '../assistant/mcp/http.ts'
import { makeServer } from '../assistant/mcp/server.ts'
import { buildIndex } from '../assistant/search-index.ts'
import { parsePort } from '../config.ts'
import type { Context } from '../context.ts'
import { LocalError } from '../output/failure.ts'
import { writePrivateFile } from '../state/private-file.ts'
import { stopped } from './emulate.ts'

export interface McpOptions {
  http?: string | true
  allowPublish?: boolean
  audit?: string
  /** Of the command, told to clients. */
  version: string
}

export async function mcp(context: Context, options: McpOptions): Promise<void> {
  const { config, out, signal } = context
  const index = await buildIndex(docsOfCheckout(import.meta.url))
  const audit = new AuditLog(options.audit ?? join(config.dataDir, 'cli', 'mcp-audit.jsonl'))
  const make = (transport: 'stdio' | 'http') => () =>
    makeServer({
      context,
      index,
      audit,
      transport,
      version: options.version,
      allowPublish: options.allowPublish === true,
    })
  if (options.http === undefined) {
    await serveInput(context, make('stdio'))
    return
  }
  const port = options.http === true ? 0 : parsePort(options.http, '--http')
  const token = Buffer.from(context.random.bytes(32)).toString('base64url')
  const tokenFile = join(config.dataDir, 'cli', 'mcp.token')
  const server = await serveHttp(make('http'), { port, token }).catch((cause: Error) => {
    throw new LocalError(`Port ${port} cannot be used: ${cause.message}`, {
      code: 'port',
      action: 'Use --http without a port for any free one.',
      cause,
    })
  })
  await writePrivateFile(tokenFile, `${token}\n`)
  out.item(
    { mcp: server.url, token_file: tokenFile, audit: audit.path, publish: options.allowPublish === true },
    `MCP at ${server.url}; send the token of ${tokenFile} as Authorization: Bearer. Ctrl-C stops it.`,
  )
  await stopped(signal)
  await server.close()
}

/** stdout belongs to the protocol, so nothing else is said there. */
async function serveInput(
  { out, signal }: Context,
  make: () => ReturnType<typeof makeServer>,
): Promise<void> {
  const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio')
  const transport = new StdioServerTransport(out.stdin, out.stdout)
  const ended = once(out.stdin, 'end', { signal }).catch(() => {})
  const handle = serveStdio(make, { transport })
  await ended
  await handle.close()
}

/** An installed command has the contracts alone: four folders up there is somebody else's project. */
function docsOfCheckout(here: string): URL | undefined {
  return here.endsWith('/packages/cli/src/commands/mcp.ts') ? new URL('../../../../docs/', here) : undefined
}

/** The MCP server: its tools, with every call written down and every answer free of secrets. */

import { McpServer } from '@modelcontextprotocol/server'
import { Problem } from '@tockwork/api'
import { stringifyJson, TockworkError } from '@tockwork/kernel'
import type { AuditLog } from './audit.ts'
import { creatorTools } from './creator-tools.ts'
import { hubTools } from './hub-tools.ts'
import { knowledgeTools } from './knowledge-tools.ts'
import { knownSecrets } from './known-secrets.ts'
import type { Tool, Workshop } from './tool.ts'

export interface ServerOptions extends Workshop {
  version: string
  transport: 'stdio' | 'http'
  audit: AuditLog
  /** Whether the tools that publish and cancel are there. */
  allowPublish: boolean
}

export function makeServer(options: ServerOptions): McpServer {
  const server = new McpServer({ name: 'tockwork', title: 'Tockwork', version: options.version })
  for (const tool of [...knowledgeTools, ...hubTools, ...creatorTools]) {
    if (tool.kind === 'publish' && !options.allowPublish) continue
    const readOnly = tool.kind === 'read'
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: tool.input,
        annotations: {
          title: tool.title,
          readOnlyHint: readOnly,
          destructiveHint: !readOnly,
          idempotentHint: true,
          openWorldHint: !readOnly,
        },
      },
      (input: unknown) => call(tool, input, options),
    )
  }
  return server
}

type Answer = {
  content: { type: 'text'; text: string }[]
  isError?: boolean
}

async function call(tool: Tool, input: unknown, options: ServerOptions): Promise<Answer> {
  const { audit, transport, context } = options
  const { clock } = context
  const began = clock.now()
  const scrubber = await knownSecrets(context)
  const note = (outcome: 'ok' | 'refused' | 'failed', code?: string) =>
    audit.add({
      at: new Date(began).toISOString(),
      transport,
      tool: tool.name,
      arguments: scrubber.value(shortened(input)),
      outcome,
      ...(code === undefined ? {} : { code }),
      took_ms: clock.now() - began,
    })
  try {
    // Value by value: in JSON text the name `code` before a word would look like a credential.
    const found = scrubber.value(await tool.run(input as never, options))
    await note('ok')
    return { content: [{ type: 'text', text: stringifyJson(found) }] }
  } catch (error) {
    const { code, message, action, refused } = describe(error)
    await note(refused ? 'refused' : 'failed', code)
    const said = { error: { code, message, ...(action === undefined ? {} : { action }) } }
    return { content: [{ type: 'text', text: JSON.stringify(scrubber.value(said)) }], isError: true }
  }
}

function describe(error: unknown): { code: string; message: string; action?: string; refused: boolean } {
  if (error instanceof Problem) return { code: error.code, message: error.message, refused: true }
  if (error instanceof TockworkError) {
    const { code, message, action } = error
    return { code, message, ...(action === undefined ? {} : { action }), refused: true }
  }
  return { code: 'failure', message: error instanceof Error ? error.message : String(error), refused: false }
}

/** A recording of a megabyte is not written into the audit log, its beginning is. */
function shortened(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > 300 ? `${value.slice(0, 300)}… (${value.length})` : value,
    ]),
  )
}

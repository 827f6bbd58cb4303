import type { z } from 'zod'
import type { Context } from '../../context.ts'
import type { SearchIndex } from '../search-index.ts'

/** What tools work with. */
export interface Workshop {
  context: Context
  index: SearchIndex
}

export interface Tool<I extends z.ZodType = z.ZodType> {
  name: string
  title: string
  description: string
  input: I
  /** `publish` tools are there only when the server was started with them allowed. */
  kind: 'read' | 'publish'
  run: (input: z.output<I>, workshop: Workshop) => Promise<Record<string, unknown>>
}

/** Checks the types of a tool against its own input. */
export function defineTool<I extends z.ZodType>(tool: Tool<I>): Tool {
  return tool as unknown as Tool
}

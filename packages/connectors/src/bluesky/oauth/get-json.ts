import type * as z from 'zod/mini'
import { fail, type PlatformResult, succeed } from '../../outcome.ts'
import { parseOrNothing, readText, unreachable, withTimeout } from '../http.ts'

export interface JsonParts {
  /** Refuses addresses that are not public, since they come from a person. */
  fetch: typeof fetch
  timeoutMs: number
}

/** Reads a document that says where something is. Redirects are an error: whoever is asked has to be who answers. */
export async function getJson<T>(
  { fetch, timeoutMs }: JsonParts,
  url: URL,
  answer: z.ZodMiniType<T>,
  signal: AbortSignal | undefined,
): Promise<PlatformResult<T>> {
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      redirect: 'error',
      signal: withTimeout(timeoutMs, signal),
      headers: { accept: 'application/json' },
    })
    text = await readText(response)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    return fail(unreachable(error))
  }
  const parsed = response.ok ? answer.safeParse(parseOrNothing(text)) : undefined
  if (parsed?.success) return succeed(parsed.data)
  return fail({
    code: response.ok ? 'document_unreadable' : `http_${response.status}`,
    message: `${url.host} did not say what ${url.pathname} is for.`,
    retry: response.status >= 500 ? 'after' : 'never',
    sent: 'answered',
    httpStatus: response.status,
  })
}

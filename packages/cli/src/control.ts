/** The emulator's control API under `/_emulator/`. */
import { ContractError, parseJson, stringifyJson, TransportError, UsageError } from '@tockwork/kernel'
import type { Context } from './context.ts'

export class Control {
  readonly origin: string
  readonly #fetch: Context['fetch']
  readonly #signal: AbortSignal

  constructor({ fetch, signal }: Pick<Context, 'fetch' | 'signal'>, origin: string) {
    this.origin = origin
    this.#fetch = fetch
    this.#signal = signal
  }

  /** @throws {UsageError} with the emulator's own words when it does not take the request. */
  async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = await this.raw(method, path, body === undefined ? undefined : stringifyJson(body))
    try {
      return parseJson(text)
    } catch (cause) {
      throw new ContractError(`${this.origin}/_emulator/${path} did not answer with JSON.`, {
        code: 'not_an_emulator',
        retry: 'never',
        action: 'Check that a Tockwork emulator runs at that address.',
        answer: text.slice(0, 200),
        cause,
      })
    }
  }

  async raw(method: string, path: string, body?: string): Promise<string> {
    let answer: Response
    try {
      answer = await this.#fetch(`${this.origin}/_emulator/${path}`, {
        method,
        signal: this.#signal,
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      })
    } catch (cause) {
      if (this.#signal.aborted) throw this.#signal.reason
      throw new TransportError(`The emulator at ${this.origin} does not answer.`, {
        code: 'emulator_unreachable',
        retry: 'now',
        sent: 'maybe',
        action: 'Check that it still runs; `npx tockwork dev` starts it.',
        cause,
      })
    }
    const text = await answer.text()
    if (answer.ok) return text
    throw new UsageError(problemOf(text) ?? `The emulator answered HTTP ${answer.status}.`, {
      code: 'emulator_refused',
      httpStatus: answer.status,
    })
  }
}

function problemOf(text: string): string | undefined {
  try {
    const { problem } = JSON.parse(text) as { problem?: unknown }
    return typeof problem === 'string' ? problem : undefined
  } catch {
    return undefined
  }
}

/** Questions to the person at the terminal. Giving up a question gives up the command. */
import { type CANCEL_SYMBOL, confirm, isCancel, multiselect, select, text } from '@clack/prompts'
import { Interrupted } from './failure.ts'
import type { Output } from './output.ts'

export interface Choice<T extends string> {
  value: T
  label: string
  hint?: string
}

const NOTHING = ''

export class Prompts {
  readonly #streams: { input: Output['stdin']; output: Output['stdout']; signal: AbortSignal }

  constructor(out: Output, signal: AbortSignal) {
    this.#streams = { input: out.stdin, output: out.stdout, signal }
  }

  /** One of several, none of which is chosen beforehand: pressing Enter alone does not answer. */
  async one<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T> {
    for (;;) {
      const answer = answered(
        await select<string>({
          ...this.#streams,
          message,
          options: [{ value: NOTHING, label: 'choose with the arrow keys' }, ...choices],
          initialValue: NOTHING,
        }),
      )
      if (answer !== NOTHING) return answer as T
    }
  }

  /** Any number of several; all start off. */
  async some<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T[]> {
    return answered(
      await multiselect<string>({
        ...this.#streams,
        message: `${message} (space turns on, Enter goes on)`,
        options: [...choices],
        required: false,
      }),
    ) as T[]
  }

  /** Anything, also nothing. */
  async text(message: string): Promise<string> {
    return answered(await text({ ...this.#streams, message, defaultValue: '' })) ?? ''
  }

  async yes(message: string, initialValue: boolean): Promise<boolean> {
    return answered(await confirm({ ...this.#streams, message, initialValue }))
  }
}

function answered<T>(answer: T | typeof CANCEL_SYMBOL): Exclude<T, typeof CANCEL_SYMBOL> {
  if (isCancel(answer)) throw new Interrupted('Given up; nothing was sent.')
  return answer as Exclude<T, typeof CANCEL_SYMBOL>
}

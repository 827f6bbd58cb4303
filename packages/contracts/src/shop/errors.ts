/** The whole catalogue of TikTok Shop's codes, some 760; kept packed until the first look-up. */
import type { Provenance } from '@tockwork/kernel'
import { coreShopErrors, type ShopRetry } from './core-errors.ts'
import { packedErrors } from './errors.generated.ts'

export interface ShopErrorDescription {
  code: number
  /** A sentence for the common codes, keywords for those of single operations. */
  meaning: string
  /** What to do, where more is known than the retry says. */
  action?: string
  retry: ShopRetry
  /** Operations known to answer it, as `domain:path`, the version left out, long domains cut short; at most three. */
  operations: readonly string[]
  provenance: Provenance
}

let catalogue: ReadonlyMap<number, ShopErrorDescription> | undefined

/** What a code means, or `undefined` for one that is not public. */
export function lookUpShopError(code: number | string): ShopErrorDescription | undefined {
  return shopErrors().get(Number(code))
}

/** Every code, by code. */
export function shopErrors(): ReadonlyMap<number, ShopErrorDescription> {
  catalogue ??= build()
  return catalogue
}

function build(): Map<number, ShopErrorDescription> {
  const all = new Map<number, ShopErrorDescription>()
  for (const line of packedErrors.split('\n')) {
    const [code = '', meaning = '', retry, operations = ''] = line.split('\t')
    all.set(Number(code), {
      code: Number(code),
      meaning,
      retry: retry === 't' ? 'transient' : 'never',
      operations: operations.replace(/ \+\d+$/, '').split(', '),
      provenance: 'documented',
    })
  }
  for (const [text, { meaning, action, retry, provenance }] of Object.entries(coreShopErrors)) {
    const code = Number(text)
    const operations = all.get(code)?.operations ?? []
    all.set(code, { code, meaning, action, retry, operations, provenance })
  }
  return new Map([...all].sort(([a], [b]) => a - b))
}

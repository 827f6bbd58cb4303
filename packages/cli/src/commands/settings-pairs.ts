import { UsageError } from '@tockwork/kernel'

/**
 * Reads `name=value` pairs by the types of the settings that exist.
 * @throws {UsageError} naming the pair.
 */
export function readSettingPairs(
  pairs: readonly string[],
  known: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      const name = at < 0 ? pair : pair.slice(0, at)
      if (at < 1) throw new UsageError(`--setting ${pair}: expected name=value.`, { field: '--setting' })
      if (!Object.hasOwn(known, name)) {
        throw new UsageError(`${name} is no setting of the emulator.`, {
          field: name,
          action: `There are: ${Object.keys(known).join(', ')}.`,
        })
      }
      return [name, readValue(name, pair.slice(at + 1), known[name])]
    }),
  )
}

function readValue(name: string, text: string, sample: unknown): unknown {
  if (typeof sample === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
  } else if (typeof sample === 'number') {
    const number = Number(text)
    if (text.trim() !== '' && Number.isFinite(number)) return number
  } else return text
  throw new UsageError(`${name} is ${JSON.stringify(text)}; a ${typeof sample} is needed.`, { field: name })
}

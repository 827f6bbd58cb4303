/** The file with the app's credentials, for this user alone. What stands in it already is kept. */
import { UsageError } from '@tockwork/kernel'
import { readIfThere, writePrivateFile } from '../state/private-file.ts'

export interface EnvChange {
  text: string
  /** Variables that are there with another value. */
  replaces: string[]
  changed: boolean
}

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/

export function changeEnv(before: string, values: Readonly<Record<string, string>>): EnvChange {
  for (const [name, value] of Object.entries(values))
    if (!/^[\x21-\x7e]+$/.test(value) || /['"`\\$#]/.test(value))
      throw new UsageError(`${name} holds a character that an env file does not carry safely.`, {
        field: name,
      })
  const left = new Map(Object.entries(values))
  const replaces: string[] = []
  const lines = before.split('\n').map((line) => {
    const [, name = '', old = ''] = LINE.exec(line) ?? []
    const value = left.get(name)
    if (value === undefined) return line
    left.delete(name)
    const bare = old.trim().replace(/^(['"])(.*)\1$/, '$2')
    if (bare === value) return line
    if (bare !== '') replaces.push(name)
    return `${name}=${value}`
  })
  while (lines.at(-1) === '') lines.pop()
  for (const [name, value] of left) lines.push(`${name}=${value}`)
  const text = `${lines.join('\n')}\n`
  return { text, replaces, changed: text !== before }
}

export async function planEnvFile(
  path: string,
  values: Readonly<Record<string, string>>,
): Promise<EnvChange> {
  return changeEnv((await readIfThere(path)) ?? '', values)
}

export const writeEnvFile = (path: string, { text }: EnvChange): Promise<void> => writePrivateFile(path, text)

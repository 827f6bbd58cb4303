import { readFileSync } from 'node:fs'
import type { Answer } from '../http/answer.ts'

/** Files that pages refer to, by name; there are no others. */
const TYPES: Readonly<Record<string, string>> = {
  'base.css': 'text/css; charset=utf-8',
  'card.css': 'text/css; charset=utf-8',
  'tools.css': 'text/css; charset=utf-8',
  'inspector.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

const read = new Map<string, Buffer>()

/** A file of `pages/assets/`, read from disk once. */
export function asset(name: string): Answer | undefined {
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
  if (type === undefined) return undefined
  const body = read.get(name) ?? readFileSync(new URL(`./assets/${name}`, import.meta.url))
  read.set(name, body)
  return {
    status: 200,
    headers: { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
    body,
  }
}

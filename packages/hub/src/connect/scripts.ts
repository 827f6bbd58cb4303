/** The scripts of the Connect flow, as files that are read once. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { PlainAnswer } from '../http/ports.ts'

export type ScriptName = 'connect.js' | 'connect-page.js' | 'connect-start.js'

interface Script {
  body: Buffer
  version: string
}

const read = new Map<ScriptName, Script>()

function script(name: ScriptName): Script {
  const known = read.get(name)
  if (known !== undefined) return known
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url))
  const made = { body, version: createHash('sha256').update(body).digest('hex').slice(0, 16) }
  read.set(name, made)
  return made
}

/** Another address for another content, so that it may be kept for good. */
export function scriptAddress(name: ScriptName): string {
  return `/connect-page/${name}?v=${script(name).version}`
}

/** @param version the one that was asked for; `undefined` for an address without, which products write into their pages */
export function scriptAnswer(name: string, version: string | undefined): PlainAnswer {
  if (!['connect.js', 'connect-page.js', 'connect-start.js'].includes(name)) return { status: 404 }
  const found = script(name as ScriptName)
  return {
    status: 200,
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control':
        version === found.version ? 'public, max-age=31536000, immutable' : 'public, max-age=300',
      // Pages of other origins load it.
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    },
    body: found.body,
  }
}

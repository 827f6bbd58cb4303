/** Which operation a request means, by verb and path. */
import type { ShopOperation } from '@tockwork/contracts/shop'
import { shopOperations } from '@tockwork/contracts/shop/operations'

interface Node {
  words: Map<string, Node>
  any?: Node
  operations: Map<string, { operation: ShopOperation; names: string[] }>
}

export type Found =
  | { kind: 'found'; operation: ShopOperation; path: Record<string, string> }
  /** The path exists and takes other verbs. */
  | { kind: 'other-verb'; verbs: string[] }
  /** The operation exists, but not in this version. */
  | { kind: 'other-version' }
  | { kind: 'none' }

let root: Node | undefined
let versionless: Set<string> | undefined

export function findOperation(method: string, path: string): Found {
  root ??= build()
  const parts = path.split('/').filter((part) => part !== '')
  const found = walk(root, parts, 0, [], method)
  if (found !== undefined) {
    const { operation, names } = found.hit
    return {
      kind: 'found',
      operation,
      path: Object.fromEntries(names.map((name, i) => [name, found.values[i] ?? ''])),
    }
  }
  const verbs = new Set<string>()
  for (const verb of ['GET', 'POST', 'PUT', 'DELETE'])
    if (walk(root, parts, 0, [], verb) !== undefined) verbs.add(verb)
  if (verbs.size > 0) return { kind: 'other-verb', verbs: [...verbs] }
  versionless ??= new Set(shopOperations().map((each) => shapeOf(each.path)))
  return versionless.has(shapeOf(path)) || parts[0] === 'api' ? { kind: 'other-version' } : { kind: 'none' }
}

/** A path without its version, ids and braces alike. */
function shapeOf(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part, at) => (at === 1 && /^\d{6}$/.test(part) ? '' : /^\{|^\d{6,}$/.test(part) ? '*' : part))
    .join('/')
}

function walk(
  node: Node,
  parts: string[],
  at: number,
  values: string[],
  method: string,
): { hit: { operation: ShopOperation; names: string[] }; values: string[] } | undefined {
  if (at === parts.length) {
    const hit = node.operations.get(method)
    return hit === undefined ? undefined : { hit, values }
  }
  const part = parts[at] as string
  const word = node.words.get(part)
  const literal = word === undefined ? undefined : walk(word, parts, at + 1, values, method)
  if (literal !== undefined || node.any === undefined) return literal
  return walk(node.any, parts, at + 1, [...values, decode(part)], method)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function build(): Node {
  const made: Node = { words: new Map(), operations: new Map() }
  for (const operation of shopOperations()) {
    let node = made
    const names: string[] = []
    for (const part of operation.path.split('/').filter((each) => each !== '')) {
      if (part.startsWith('{')) {
        names.push(part.slice(1, -1))
        node.any ??= { words: new Map(), operations: new Map() }
        node = node.any
      } else {
        const next = node.words.get(part) ?? { words: new Map(), operations: new Map() }
        node.words.set(part, next)
        node = next
      }
    }
    node.operations.set(operation.method, { operation, names })
  }
  return made
}

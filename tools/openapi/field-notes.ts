/**
 * The comments that stand at fields in the contracts. They are there for whoever reads the source; this carries them
 * into the documents, so that they need not be written twice, nor weigh in the SDK.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

/** By endpoint id and part, then by the field's dotted path. */
export type FieldNotes = Record<string, Partial<Record<Part, Record<string, string>>>>
export type Part = 'query' | 'input' | 'output'

/** What of a syntax node is looked at; which of these there are depends on its type. */
interface Node {
  type: string
  start: number
  name?: string
  value?: unknown
  key?: Node
  id?: Node
  init?: Node
  object?: Node
  property?: Node
  callee?: Node
  argument?: Node
  expression?: Node
  declaration?: Node | null
  declarations?: Node[]
  arguments?: Node[]
  elements?: (Node | null)[]
  properties?: Node[]
  body?: Node[]
}

export function readFieldNotes(root: string): FieldNotes {
  const notes: FieldNotes = {}
  for (const file of globSync('packages/contracts/src/*/*.ts', { cwd: root }))
    Object.assign(notes, notesOf(file, readFileSync(join(root, file), 'utf8')))
  return notes
}

/** The notes of the endpoints that one file declares. */
export function notesOf(file: string, source: string): FieldNotes {
  const { program, comments } = parseSync(file, source, { preserveParens: false })
  const reader: Reader = {
    constants: constantsOf(program as unknown as Node),
    commentBefore(start) {
      const before = comments.findLast(({ end }) => end <= start)
      if (before === undefined || !before.value.startsWith('*')) return undefined
      return source.slice(before.end, start).trim() === '' ? plain(before.value) : undefined
    },
  }
  const notes: FieldNotes = {}
  for (const node of reader.constants.values()) {
    if (node.type !== 'CallExpression' || node.callee?.name !== 'defineEndpoint') continue
    const spec = fieldsOf(node.arguments?.[0], reader)
    const id = spec.get('id')?.value
    if (typeof id !== 'string') continue
    const parts: FieldNotes[string] = {}
    for (const part of ['query', 'input', 'output'] as const) {
      const found: Record<string, string> = {}
      walk(spec.get(part), '', found, reader)
      if (Object.keys(found).length > 0) parts[part] = found
    }
    notes[id] = parts
  }
  return notes
}

interface Reader {
  constants: ReadonlyMap<string, Node>
  commentBefore(start: number): string | undefined
}

function constantsOf(program: Node): Map<string, Node> {
  const found = new Map<string, Node>()
  for (const statement of program.body ?? []) {
    const declaration = statement.declaration ?? statement
    for (const { id, init } of declaration.declarations ?? []) {
      if (id?.name !== undefined && init) found.set(id.name, resolve(init))
    }
  }
  return found
}

/** Past `as const` and its kin. */
function resolve(node: Node): Node {
  return node.expression !== undefined && node.type.startsWith('TS') ? resolve(node.expression) : node
}

/** The properties of an object, those that it spreads from a constant included. */
function fieldsOf(node: Node | undefined, reader: Reader): Map<string, Node> {
  const fields = new Map<string, Node>()
  for (const property of node?.properties ?? []) {
    if (property.type === 'SpreadElement') {
      const spread = reader.constants.get(property.argument?.name ?? '')
      for (const [name, value] of fieldsOf(spread, reader)) fields.set(name, value)
    } else if (property.key !== undefined) fields.set(nameOf(property.key), property.value as Node)
  }
  return fields
}

const nameOf = (key: Node): string => key.name ?? String(key.value)

/** Goes down a schema: through constants, `optional`, `array`, `union` and checks, into objects. */
function walk(start: Node | undefined, path: string, found: Record<string, string>, reader: Reader): void {
  if (start === undefined) return
  const node = resolve(start)
  const called = node.callee?.property?.name
  if (called !== 'looseObject' && called !== 'object') {
    for (const inner of innerSchemas(node, reader)) walk(inner, path, found, reader)
    return
  }
  for (const property of node.arguments?.[0]?.properties ?? []) {
    if (property.key === undefined) continue
    const name = path === '' ? nameOf(property.key) : `${path}.${nameOf(property.key)}`
    const comment = reader.commentBefore(property.start)
    if (comment !== undefined) found[name] = comment
    walk(property.value as Node, name, found, reader)
  }
}

/** What an expression that is no object stands for or wraps. */
function innerSchemas(node: Node, reader: Reader): (Node | undefined)[] {
  if (node.type === 'Identifier') return [reader.constants.get(node.name ?? '')]
  if (node.type === 'ArrayExpression') return (node.elements ?? []).map((element) => element ?? undefined)
  // `z.array(…).check(…)`: what is checked says what it is.
  if (node.callee?.object?.type === 'CallExpression') return [node.callee.object]
  return [node.arguments?.[0]]
}

/** A JSDoc comment as one line. */
function plain(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*+ ?/, '').trim())
    .join(' ')
    .trim()
}

/** Reads what the boundary check needs from one source file: its imports, and what it takes from its surroundings. */
import { parseSync } from 'oxc-parser'

export interface Import {
  specifier: string
  /** `type` imports vanish before the program runs; `dynamic` ones wait until they are called. */
  kind: 'value' | 'type' | 'dynamic'
  line: number
}

/** What a module can take from its surroundings instead of receiving it as an argument. */
export type AmbientKind = 'time' | 'randomness' | 'environment' | 'network'

export interface Ambient {
  kind: AmbientKind
  /** As written: `Date.now`. */
  what: string
  line: number
}

export interface SourceFacts {
  imports: Import[]
  ambient: Ambient[]
}

interface Node {
  type: string
  start: number
  [key: string]: unknown
}

const MEMBERS: Record<string, AmbientKind> = {
  'Date.now': 'time',
  'performance.now': 'time',
  'process.hrtime': 'time',
  'Math.random': 'randomness',
  'crypto.randomUUID': 'randomness',
  'crypto.getRandomValues': 'randomness',
  'crypto.randomBytes': 'randomness',
  'crypto.randomInt': 'randomness',
  'crypto.randomFillSync': 'randomness',
  'process.env': 'environment',
}

/** Named imports that bring the same things under another roof: `import { randomUUID } from 'node:crypto'`. */
const BUILT_IN_MODULES: Record<string, string> = {
  'node:crypto': 'crypto',
  crypto: 'crypto',
  'node:process': 'process',
  process: 'process',
  'node:perf_hooks': 'performance',
}

/** Type nodes hold no running code, except those that wrap an expression. */
const TYPE_WRAPPERS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
])

/**
 * @param file name used for the language (`.ts`, `.tsx`, `.mjs`) and in messages
 * @throws when the file does not parse
 */
export function readSourceFacts(file: string, source: string): SourceFacts {
  const { program, errors } = parseSync(file, source, { preserveParens: false })
  const [error] = errors
  if (error) throw new SyntaxError(`${file}: ${error.message}`)
  const body = program as unknown as Node
  const lineOf = lineCounter(source)
  return {
    imports: readImports(body, lineOf),
    ambient: readAmbient(body, lineOf),
  }
}

function lineCounter(source: string): (offset: number) => number {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

function* childrenOf(node: Node, skip?: string): Generator<Node> {
  for (const [key, value] of Object.entries(node)) {
    if (key === skip) continue
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item
    } else if (isNode(value)) yield value
  }
}

function* walk(node: Node): Generator<Node> {
  yield node
  for (const child of childrenOf(node)) yield* walk(child)
}

function readImports(program: Node, lineOf: (offset: number) => number): Import[] {
  const imports: Import[] = []
  for (const node of walk(program)) {
    const kind = importKind(node)
    const source = node.source as { value?: unknown } | null | undefined
    if (kind && typeof source?.value === 'string')
      imports.push({ specifier: source.value, kind, line: lineOf(node.start) })
  }
  return imports
}

function importKind(node: Node): Import['kind'] | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind === 'type' ? 'type' : 'value'
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.exportKind === 'type' ? 'type' : 'value'
    case 'ImportExpression':
      return 'dynamic'
    case 'TSImportType':
      return 'type'
    default:
      return undefined
  }
}

function readAmbient(program: Node, lineOf: (offset: number) => number): Ambient[] {
  const found: Ambient[] = []
  const bound = boundNames(program)
  const note = (node: Node, kind: AmbientKind, what: string): void => {
    found.push({ kind, what, line: lineOf(node.start) })
  }
  const visit = (node: Node): void => {
    if (node.type.startsWith('TS')) {
      if (TYPE_WRAPPERS.has(node.type)) visit(node.expression as Node)
      return
    }
    if (node.type === 'ImportDeclaration') {
      const global = BUILT_IN_MODULES[(node.source as unknown as { value: string }).value]
      for (const specifier of node.specifiers as Node[]) {
        const name = (specifier.imported as { name?: string } | undefined)?.name
        const kind = global && node.importKind !== 'type' ? MEMBERS[`${global}.${name}`] : undefined
        if (kind) note(node, kind, `${global}.${name}`)
      }
      return
    }
    if (node.type === 'MemberExpression') {
      const name = memberName(node)
      const kind = name && !bound.has(name.split('.')[0] ?? '') ? MEMBERS[name] : undefined
      if (name && kind) note(node, kind, name)
      if (name === 'globalThis.fetch') note(node, 'network', name)
      visit(node.object as Node)
      if (node.computed) visit(node.property as Node)
      return
    }
    if (node.type === 'NewExpression' || node.type === 'CallExpression') {
      const callee = node.callee as Node
      const noArguments = (node.arguments as Node[]).length === 0
      if (callee.type === 'Identifier' && callee.name === 'Date' && !bound.has('Date')) {
        if (node.type === 'CallExpression') note(node, 'time', 'Date()')
        else if (noArguments) note(node, 'time', 'new Date()')
      }
    }
    if (node.type === 'Identifier' && node.name === 'fetch' && !bound.has('fetch'))
      note(node, 'network', 'fetch')
    const isNamed = /^(Property|MethodDefinition|PropertyDefinition|AccessorProperty)$/.test(node.type)
    for (const child of childrenOf(node, isNamed && !node.computed ? 'key' : undefined)) visit(child)
  }
  visit(program)
  return found
}

/** `Date.now`, also behind `globalThis.` and in brackets. */
function memberName(node: Node): string | undefined {
  const property = node.property as { name?: string; value?: unknown }
  const key = node.computed ? property.value : property.name
  if (typeof key !== 'string') return undefined
  let object = node.object as Node
  while (TYPE_WRAPPERS.has(object.type)) object = object.expression as Node
  if (object.type === 'Identifier') return `${object.name as string}.${key}`
  if (object.type !== 'MemberExpression') return undefined
  const owner = memberName(object)
  return owner?.startsWith('globalThis.') ? `${owner.slice('globalThis.'.length)}.${key}` : undefined
}

/**
 * Names the file declares itself. Counted for the whole file and not per scope: a file that receives `fetch` as an
 * argument somewhere and takes the global one elsewhere is rare, and `globalThis.fetch` is found all the same.
 */
function boundNames(program: Node): Set<string> {
  const names = new Set<string>()
  const bind = (node: Node | null | undefined): void => {
    if (!node) return
    if (node.type === 'Identifier') names.add(node.name as string)
    else if (node.type === 'AssignmentPattern') bind(node.left as Node)
    else if (node.type === 'RestElement') bind(node.argument as Node)
    else if (node.type === 'ArrayPattern') for (const item of node.elements as (Node | null)[]) bind(item)
    else if (node.type === 'ObjectPattern') {
      for (const item of node.properties as Node[])
        bind(item.type === 'RestElement' ? item : (item.value as Node))
    }
  }
  for (const node of walk(program)) {
    if (node.type === 'VariableDeclarator') bind(node.id as Node)
    else if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) {
      bind(node.id as Node | null)
      for (const parameter of node.params as Node[]) bind(parameter)
    } else if (node.type === 'ClassDeclaration') bind(node.id as Node | null)
    else if (node.type === 'CatchClause') bind(node.param as Node | null)
    else if (node.type === 'ImportDeclaration') {
      // A default or namespace import of node:crypto is the same generator under a name.
      const source = (node.source as unknown as { value: string }).value
      for (const specifier of node.specifiers as Node[]) {
        if (!BUILT_IN_MODULES[source] || specifier.type === 'ImportSpecifier') bind(specifier.local as Node)
      }
    }
  }
  return names
}

/** What a source file says that is of interest: its string literals, and the methods that it calls. */
import type * as Oxc from 'oxc-parser'

export interface Said {
  /** `call`: the last two names of a chain that is called, `posts.publishVideo`. */
  kind: 'text' | 'call'
  text: string
  line: number
}

interface Node {
  type: string
  start: number
  [key: string]: unknown
}

/** The parser is native, so it may be missing on a platform; then the literals are read as in any other language. */
let parser: Promise<typeof Oxc | undefined> | undefined
const loadParser = (): Promise<typeof Oxc | undefined> => {
  parser ??= import('oxc-parser').catch(() => undefined)
  return parser
}

export async function readSource(
  file: string,
  source: string,
  parse: boolean,
): Promise<{ said: Said[]; limit?: string }> {
  if (!parse) return { said: readLiterals(source) }
  const oxc = await loadParser()
  if (oxc === undefined)
    return {
      said: readLiterals(source),
      limit: 'oxc-parser is not installed: calls of the SDK were not seen',
    }
  const { program, errors } = oxc.parseSync(file, source)
  // A file that does not parse still has its literals.
  if (errors.length > 0 && program.body.length === 0) return { said: readLiterals(source) }
  const lineOf = lines(source)
  const said: Said[] = []
  const visit = (node: Node): void => {
    if (node.type === 'Literal' && (typeof node.value === 'string' || isLongNumber(node.value)))
      said.push({ kind: 'text', text: String(node.value), line: lineOf(node.start) })
    else if (node.type === 'TemplateLiteral')
      // As one text, so that a path with values in it is still a path.
      said.push({
        kind: 'text',
        text: (node.quasis as { value: { cooked?: string | null } }[])
          .map(({ value }) => value.cooked ?? '')
          .join('{}'),
        line: lineOf(node.start),
      })
    else if (node.type === 'CallExpression') {
      const chain = chainOf(node.callee as Node)
      if (chain !== undefined) said.push({ kind: 'call', text: chain, line: lineOf(node.start) })
    }
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child)
  }
  visit(program as unknown as Node)
  return { said }
}

/** Ids of TikTok are sometimes written as numbers; a small one is anything. */
const isLongNumber = (value: unknown): boolean => typeof value === 'number' && value >= 100_000

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

function chainOf(callee: Node): string | undefined {
  const name = memberName(callee)
  const of = isNode(callee.object) ? (memberName(callee.object) ?? identifier(callee.object)) : undefined
  return name === undefined || of === undefined ? undefined : `${of}.${name}`
}

const memberName = (node: Node): string | undefined =>
  node.type === 'MemberExpression' && node.computed !== true ? identifier(node.property as Node) : undefined

const identifier = (node: Node): string | undefined =>
  node.type === 'Identifier' ? String(node.name) : undefined

const LITERAL = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g

function readLiterals(source: string): Said[] {
  const lineOf = lines(source)
  return [...source.matchAll(LITERAL)].map(({ index, 1: double, 2: single, 3: back }) => ({
    kind: 'text',
    text: (double ?? single ?? back ?? '').replaceAll('\\/', '/'),
    line: lineOf(index),
  }))
}

/** Line of an offset, counted from one. */
function lines(source: string): (offset: number) => number {
  const starts = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

/** What TikTok's pages know beyond the OpenAPI files: required fields, known values, limits. */
import type { ShopField } from '@tockwork/contracts/shop/model-notation'
import type { ShopModel } from './model.ts'

interface FieldRule {
  line: number
  part: keyof ShopModel
  field: string
  rules: string[]
}

/** Rules by operation. @throws {Error} naming the line */
export function readRules(text: string): Map<string, FieldRule[]> {
  const [head, ...lines] = text.trimEnd().split('\n')
  if (head !== 'operation\tpart\tfield\trules') throw new Error('field-rules.tsv: the head is wrong')
  const byOperation = new Map<string, FieldRule[]>()
  for (const [at, line] of lines.entries()) {
    const [operation = '', part = '', field = '', rules = '', ...more] = line.split('\t')
    if (!/^(query|body|data)$/.test(part) || field === '' || rules === '' || more.length > 0)
      throw new Error(`field-rules.tsv, line ${at + 2}: operation, part, field and rules are needed`)
    const list = byOperation.get(operation) ?? []
    list.push({ line: at + 2, part: part as keyof ShopModel, field, rules: rules.split(' ') })
    byOperation.set(operation, list)
  }
  return byOperation
}

/** Writes rules into a model. @returns the lines whose field the model lacks */
export function applyRules(model: ShopModel, rules: readonly FieldRule[]): number[] {
  const lost: number[] = []
  for (const { line, part, field, rules: given } of rules) {
    const found = find(model[part], field)
    if (found === undefined) lost.push(line)
    else for (const rule of given) apply(found, rule, line)
  }
  return lost
}

function find(fields: readonly ShopField[], path: string): ShopField | undefined {
  const [first, ...rest] = path.split('.')
  const field = fields.find(({ name }) => name === first)
  if (rest.length === 0 || field === undefined) return field
  return typeof field.type === 'string' ? undefined : find(field.type, rest.join('.'))
}

function apply(field: ShopField, rule: string, line: number): void {
  const [name, value = ''] = rule.split('=')
  const wrong = (): never => {
    throw new Error(`field-rules.tsv, line ${line}: rule ${rule}`)
  }
  if (rule === 'required') field.required = true
  else if (name === 'values') field.values = /[,}<^]/.test(value) ? wrong() : value.split('|')
  else if (name === 'length' || name === 'items') {
    const ofList = field.depth > 0
    // The notation has one number, and that of a list counts its things.
    if ((name === 'items') === ofList) field.most = Number(value) || wrong()
  } else if (name === 'range') {
    const [least, most] = value.split('..').map(Number)
    field.range = least === undefined || most === undefined || !(least <= most) ? wrong() : [least, most]
  } else wrong()
}

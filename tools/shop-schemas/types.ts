/** TypeScript's view of the models. It exists at compile time only. */
import type { ShopField } from '@tockwork/contracts/shop/model-notation'
import type { ShopModel } from './model.ts'

/** One member of the domain's interface. */
export function typesOf(id: string, { query, body, data }: ShopModel): string {
  return `  '${id}': { query: ${object(query, true)}; body: ${object(body, true)}; data: ${object(data, false)} }\n`
}

function object(fields: readonly ShopField[], sent: boolean): string {
  if (fields.length === 0) return sent ? 'Nothing' : 'Untyped'
  const members = fields.map((field) => {
    // What an answer leaves out differs by market and status, so nothing in it can be relied on to be there.
    const optional = sent && field.required ? '' : '?'
    const name = /^[A-Za-z_$][\w$]*$/.test(field.name) ? field.name : `'${field.name}'`
    return `${name}${optional}: ${typeOf(field, sent)}`
  })
  return `{ ${members.join('; ')} }`
}

function typeOf({ name, type, depth, values }: ShopField, sent: boolean): string {
  const one = typeof type === 'string' ? scalar(name, type, values) : object(type, sent)
  const list = sent ? 'readonly ' : ''
  let text = one
  for (let at = 0; at < depth; at += 1)
    text = `${list}${/[ |]/.test(text) && !text.startsWith('{') ? `(${text})` : text}[]`
  return text
}

function scalar(name: string, type: string, values: readonly string[] | undefined): string {
  // Ids are text on our side, whatever TikTok sends.
  if (type === 's' || ((type === 'i' || type === 'l') && /(^|_)ids?$/.test(name)))
    return values === undefined || type !== 's'
      ? 'string'
      : `Known<${values.map((each) => `'${each}'`).join(' | ')}>`
  if (type === 'i' || type === 'l' || type === 'n') return 'number'
  if (type === 'f') return 'ShopFile'
  return type === 'b' ? 'boolean' : 'unknown'
}

export function typesModule(header: string, domain: string, members: string): string {
  const name = interfaceOf(domain)
  const used = ['Known', 'Nothing', 'ShopFile', 'Untyped'].filter((each) =>
    new RegExp(`\\b${each}\\b`).test(members),
  )
  const imports = used.length === 0 ? '' : `import type { ${used.join(', ')} } from '../model-types.ts'\n\n`
  return `${header}${imports}export interface ${name} {\n${members}}\n`
}

export function interfaceOf(domain: string): string {
  return `${domain.replace(/(^|_)(\w)/g, (_all, _bar, letter: string) => letter.toUpperCase())}Models`
}

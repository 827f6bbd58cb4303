/** Manufacturers and responsible persons, whom the EU wants to know. */
import { type ShopCall, type ShopHandler, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import type { RecordRow } from './state.ts'

type Kind = 'manufacturer' | 'responsible_person'

const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  manufacturer: ['name', 'registered_trade_name', 'email', 'phone_number', 'address', 'locale'],
  responsible_person: ['name', 'email', 'phone_number', 'address', 'locale'],
}

function read(kind: Kind, body: Fields): Record<string, unknown> {
  const email = body.optional('email')
  if (email !== undefined && !/^\S+@\S+\.\S+$/.test(email)) body.refuse('email', 'must be an address')
  body.optional('name', { max: kind === 'manufacturer' ? 255 : 200 })
  const phone = body.object('phone_number')
  if (phone?.optional('availability') !== 'UNAVAILABLE') phone?.text('local_number')
  return Object.fromEntries(
    FIELDS[kind].filter((name) => body.has(name)).map((name) => [name, body.raw[name]]),
  )
}

function create(kind: Kind): ShopHandler {
  return ({ platform, world, account, body, now }: ShopCall) => {
    body.text('name')
    body.text('email')
    body.requiredObject('phone_number')
    if (!body.has('address')) body.refuse('address', 'is required')
    const id = newId(platform, '7411')
    world.records.put({
      id,
      kind,
      owner: account.id,
      createdAt: now,
      updatedAt: now,
      value: read(kind, body),
    })
    return { [`${kind}_id`]: id }
  }
}

function partialEdit(kind: Kind): ShopHandler {
  return ({ world, account, body, now, path }: ShopCall) => {
    const id = path[`${kind}_id`] ?? ''
    const row = world.records.get(id)
    if (row?.kind !== kind || row.owner !== account.id)
      throw new ShopRefusal(
        kind === 'manufacturer' ? 12052284 : 12052289,
        `There is no ${kind.replace('_', ' ')} ${id}.`,
      )
    world.records.patch(row, { value: { ...row.value, ...read(kind, body) }, updatedAt: now })
    return {}
  }
}

/** Since 202501 what is known is listed by region. */
function search(kind: Kind): ShopHandler {
  return ({ world, account, query, body, operation }: ShopCall) => {
    const request = pageOf(query, { max: 100 })
    const ids = body.texts(`${kind}_ids`)
    const keyword = body.optional('keyword', { max: 200 })?.toLowerCase()
    const rows = world.records
      .where('kind', `${kind}:${account.id}`)
      .filter(
        ({ id, value }) =>
          (ids.length === 0 || ids.includes(id)) &&
          (keyword === undefined || String(value.name).toLowerCase().includes(keyword)),
      )
    const { items, ...rest } = slice(rows, request)
    const view = ({ id, value }: RecordRow): object =>
      operation.version >= '202501' ? { id, regional_profiles: [value] } : { id, ...value }
    return { [`${kind}s`]: items.map(view), ...rest }
  }
}

export const complianceHandlers: ShopHandlers = {
  'product.CreateManufacturer': create('manufacturer'),
  'product.PartialEditManufacturer': partialEdit('manufacturer'),
  'product.SearchManufacturers': search('manufacturer'),
  'product.CreateResponsiblePerson': create('responsible_person'),
  'product.PartialEditResponsiblePerson': partialEdit('responsible_person'),
  'product.SearchResponsiblePersons': search('responsible_person'),
}

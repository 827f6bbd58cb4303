/** Calls by an operation's id, whose parts and answer have the types of its model. */
import type { ShopOperation } from '@tockwork/contracts/shop'
import type { ShopOperationId } from '@tockwork/contracts/shop/operations'
import type { ShopModels } from '@tockwork/contracts/shop/schemas'
import { ContractError, UsageError } from '@tockwork/kernel'
import { CursorList, type CursorPage } from '../paging/cursor-list.ts'
import type { ShopQueryValue } from './encode-call.ts'
import type { ShopCallOptions } from './shop-caller.ts'

type Modelled = keyof ShopModels

/** A part is needed where something in it is. */
type Part<Name extends string, T> = Record<never, never> extends T ? { [N in Name]?: T } : { [N in Name]: T }

type HasFile<T> = [Extract<T[keyof T], { bytes: Uint8Array }>] extends [never] ? false : true

/** Query, and body or form, of an operation; as it may be where TikTok publishes no model. */
export type ShopPartsOf<Id extends ShopOperationId> = Id extends Modelled
  ? Part<'query', ShopModels[Id]['query']> &
      (HasFile<ShopModels[Id]['body']> extends true
        ? Part<'form', ShopModels[Id]['body']>
        : Part<'body', ShopModels[Id]['body']>)
  : Pick<ShopCallOptions, 'query' | 'body' | 'form'>

export type ShopDataOf<Id extends ShopOperationId> = Id extends Modelled
  ? ShopModels[Id]['data']
  : Record<string, unknown>

type Elsewhere = Omit<ShopCallOptions, 'query' | 'body' | 'form'>

/** What a call by id is given. */
export type ShopTypedOptions<Id extends ShopOperationId> = ShopPartsOf<Id> & Elsewhere

/** Fields of an answer that are lists. */
export type ShopListField<Id extends ShopOperationId> = {
  [Field in keyof ShopDataOf<Id>]-?: NonNullable<ShopDataOf<Id>[Field]> extends readonly unknown[]
    ? Field
    : never
}[keyof ShopDataOf<Id>] &
  string

export type ShopListItem<Id extends ShopOperationId, Field extends ShopListField<Id>> =
  NonNullable<ShopDataOf<Id>[Field]> extends readonly (infer Item)[] ? Item : never

/** Where the paging stands is the client's matter. */
type Unpaged<T> = { [Name in keyof T as Name extends 'page_size' | 'page_token' ? never : Name]: T[Name] }

export type ShopListOptions<Id extends ShopOperationId> = (Id extends Modelled
  ? Part<'query', Unpaged<ShopModels[Id]['query']>> & Part<'body', Unpaged<ShopModels[Id]['body']>>
  : Pick<ShopCallOptions, 'query' | 'body'>) &
  Elsewhere & {
    /** 1 to what the operation allows; as much as that when left out. */
    pageSize?: number
    /** Where an earlier list was: a page's `cursor`. */
    cursor?: string
  }

/** An argument may be left out where nothing in it is needed. */
export type Given<T> = Record<never, never> extends T ? [options?: T] : [options: T]

/** Loads the table of operations, which is not loaded for anything else. @throws {UsageError} for an unknown id */
export async function operationOf(id: string): Promise<ShopOperation> {
  const { shopOperations } = await import('@tockwork/contracts/shop/operations')
  const found = shopOperations().find((each) => each.id === id)
  if (found !== undefined) return found
  throw new UsageError(`There is no operation ${id}.`, {
    code: 'unknown_operation',
    field: 'operation',
    action: 'See all: tockwork call --list --api shop',
  })
}

interface ListCall {
  id: string
  field: string
  options: ShopCallOptions & { pageSize?: number; cursor?: string }
  call: (operation: ShopOperation, options: ShopCallOptions) => Promise<Record<string, unknown>>
}

/**
 * A list over `page_token`, in the part that the operation's model names it in.
 * @throws {UsageError} when read, for an operation that has no pages or a size that it does not allow
 */
export function listPages<T>({ id, field, options, call }: ListCall): CursorList<T> {
  const { pageSize, cursor: start, query, body, ...rest } = options
  return new CursorList<T>(id, start, async (cursor) => {
    const operation = await operationOf(id)
    const { shopSchema } = await import('@tockwork/contracts/shop/schemas')
    const schema = await shopSchema(id)
    const inBody = schema?.body.properties?.page_token !== undefined
    const limits = (inBody ? schema?.body : schema?.query)?.properties
    if (schema !== undefined && limits?.page_token === undefined)
      throw new UsageError(`${id} has no pages: call it`, { field: 'operation', endpoint: id })
    const most = limits?.page_size?.maximum ?? 100
    const size = pageSize ?? most
    if (!Number.isInteger(size) || size < 1 || size > most)
      throw new UsageError(`pageSize: 1 to ${most}`, { field: 'pageSize', endpoint: id })
    const paging: Record<string, ShopQueryValue | undefined> = { page_size: size, page_token: cursor }
    const data = await call(operation, {
      ...rest,
      query: inBody ? query : { ...query, ...paging },
      body: inBody ? { ...body, ...paging } : body,
    })
    return pageOf<T>(id, field, data)
  })
}

function pageOf<T>(id: string, field: string, data: Record<string, unknown>): CursorPage<T> {
  const { [field]: items, next_page_token: next } = data
  if (items !== undefined && items !== null && !Array.isArray(items))
    throw new ContractError(`${id}: ${field} is no list.`, {
      code: 'unexpected_answer',
      endpoint: id,
      retry: 'never',
    })
  const cursor = typeof next === 'string' && next !== '' ? next : undefined
  return { items: (items as T[] | undefined | null) ?? [], cursor, hasMore: cursor !== undefined }
}

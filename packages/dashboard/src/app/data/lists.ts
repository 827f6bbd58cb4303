/** Lists of the API, page by page; and changes that make what is shown stale. */

import {
  infiniteQueryOptions,
  type QueryClient,
  type QueryKey,
  type UseMutationResult,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import type { OperationId } from '@tockwork/api'
import { notify } from '../ui/notices.ts'
import { call, type RequestOf, type ResultOf } from './api.ts'

type ListId = {
  [Id in OperationId]: ResultOf<Id> extends { data: unknown[]; next_cursor: string | null } ? Id : never
}[OperationId]
export type ItemOf<Id extends ListId> =
  ResultOf<Id> extends { data: (infer Item)[]; next_cursor: string | null } ? Item : never

export interface List<Item> {
  items: Item[]
  isLoading: boolean
  error: Error | null
  hasMore: boolean
  isLoadingMore: boolean
  more(): void
}

function listQuery<Id extends ListId>(key: string, id: Id, request: RequestOf<Id>) {
  return infiniteQueryOptions({
    queryKey: [key, id, request],
    queryFn: async ({ pageParam, signal }) => {
      const asked = request as { query?: Record<string, unknown> }
      const turned = { ...asked, query: { ...asked.query, cursor: pageParam ?? undefined } }
      // The same request with a cursor, which every list takes.
      const page = await (call as (id: string, request: unknown, options: unknown) => Promise<unknown>)(
        id,
        turned,
        { signal },
      )
      return page as { data: ItemOf<Id>[]; next_cursor: string | null }
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** Asks for a list before what shows it is there; `useList` with the same words then finds it on its way. */
export function askAhead<Id extends ListId>(
  client: QueryClient,
  key: string,
  id: Id,
  request: RequestOf<Id>,
): void {
  void client.prefetchInfiniteQuery(listQuery(key, id, request))
}

/** @param key what its rows are of, so that a change can name it: `posts`, `accounts` */
export function useList<Id extends ListId>(
  key: string,
  id: Id,
  request: RequestOf<Id>,
  options: { enabled?: boolean } = {},
): List<ItemOf<Id>> {
  const query = useInfiniteQuery({ ...listQuery(key, id, request), enabled: options.enabled ?? true })
  return {
    items: query.data?.pages.flatMap(({ data }) => data) ?? [],
    isLoading: query.isLoading,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
  }
}

/** How many there are, as far as one page tells: `100+`. */
export function countOf({ items, hasMore }: List<unknown>): string {
  return hasMore ? `${items.length}+` : String(items.length)
}

/**
 * Something that a button does. A refusal is told, unless `quiet` says that the form shows it itself.
 * @param stale keys of what is to be read anew afterwards
 */
export function useAct<Input = void, Output = unknown>(
  act: (input: Input) => Promise<Output>,
  {
    stale = [],
    done,
    quiet = false,
    after,
  }: {
    stale?: readonly string[]
    done?: string | ((output: Output) => string)
    quiet?: boolean
    after?: (output: Output, input: Input) => void
  } = {},
): UseMutationResult<Output, Error, Input> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: async (output, input) => {
      if (done !== undefined) notify(typeof done === 'string' ? done : done(output))
      after?.(output, input)
      await Promise.all(stale.map((key) => client.invalidateQueries({ queryKey: [key] satisfies QueryKey })))
    },
    onError: (error) => {
      if (!quiet) notify(error.message, 'bad')
    },
  })
}

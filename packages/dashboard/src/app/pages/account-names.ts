/** Accounts as other pages need them: for names and choices. The first two hundred; more are looked up one by one. */
import { useQuery } from '@tanstack/react-query'
import { call } from '../data/api.ts'
import { type List, useList } from '../data/lists.ts'
import { type Account, accountName } from '../words/account-words.ts'

export const ACCOUNTS_ASKED = { query: { limit: 100 } } as const

export function useAccounts(): { list: List<Account>; nameOf: (id: string) => string } {
  const list = useList('accounts', 'connectedAccounts.list', ACCOUNTS_ASKED)
  return {
    list,
    nameOf: (id) => {
      const found = list.items.find((account) => account.id === id)
      return found === undefined ? id : accountName(found)
    },
  }
}

export function useAccount(id: string) {
  return useQuery({
    queryKey: ['accounts', 'one', id],
    queryFn: ({ signal }) => call('connectedAccounts.get', { params: { account_id: id } }, { signal }),
  })
}

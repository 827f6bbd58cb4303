import { getRouteApi, Link } from '@tanstack/react-router'
import { useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { SelectField } from '../ui/controls.tsx'
import { Card, Empty, ListEnd, Page } from '../ui/show.tsx'
import { accountName } from '../words/account-words.ts'
import { type PostState, STATE_NAMES } from '../words/post-words.ts'
import { useAccounts } from './account-names.ts'
import { PostTable } from './post-table.tsx'

const route = getRouteApi('/inside/posts')

export function Posts() {
  const { state, account } = route.useSearch()
  const navigate = route.useNavigate()
  const may = useMay()
  const { list: accounts } = useAccounts()
  const known = STATE_NAMES.find(([one]) => one === state)?.[0]
  const list = useList('posts', 'posts.list', {
    query: {
      limit: 50,
      ...(known === undefined ? {} : { state: known }),
      ...(account === undefined ? {} : { account_id: account }),
    },
  })
  const choose = (change: { state?: string; account?: string }): void => {
    const next = {
      ...(state === undefined ? {} : { state }),
      ...(account === undefined ? {} : { account }),
      ...change,
    }
    void navigate({ search: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')) })
  }
  return (
    <Page
      title="Posts"
      intro="Everything that was asked for, newest first, whoever asked: here, by a key, or on a publish page."
      actions={
        may('posts:write') && (
          <Link to="/compose" className="button main">
            New post
          </Link>
        )
      }
    >
      <div className="filters">
        <SelectField
          label="State"
          value={state ?? ''}
          onChange={(event) => choose({ state: event.target.value as PostState })}
        >
          <option value="">All</option>
          {STATE_NAMES.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Account"
          value={account ?? ''}
          onChange={(event) => choose({ account: event.target.value })}
        >
          <option value="">All</option>
          {accounts.items.map((one) => (
            <option key={one.id} value={one.id}>
              {accountName(one)}
            </option>
          ))}
        </SelectField>
      </div>
      <Card flush>
        <PostTable posts={list.items} />
        <ListEnd
          list={list}
          empty={
            <Empty
              icon="posts"
              title={state === undefined && account === undefined ? 'No posts yet' : 'None like this'}
            />
          }
        />
      </Card>
    </Page>
  )
}

import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { SelectField } from '../ui/controls.tsx'
import { Avatar, Badge, Card, Empty, ListEnd, Page, Table, Time } from '../ui/show.tsx'
import { ACCOUNT_STATUS, type Account, accountName, CAPABILITIES } from '../words/account-words.ts'
import { ConnectButton } from './connect-button.tsx'

export function Accounts() {
  const may = useMay()
  const [status, setStatus] = useState<Account['status'] | ''>('')
  const list = useList('accounts', 'connectedAccounts.list', {
    query: { limit: 100, ...(status === '' ? {} : { status }) },
  })
  return (
    <Page
      title="Accounts"
      intro="Creators who agreed, and what can be done for them. Tokens are renewed by themselves, long before they end."
      actions={may('accounts:write') && <ConnectButton look="main" />}
    >
      <div className="filters">
        <SelectField
          label="Status"
          value={status}
          onChange={(event) => setStatus(event.target.value as Account['status'] | '')}
        >
          <option value="">All but erased ones</option>
          {Object.entries(ACCOUNT_STATUS).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
      </div>
      <Card flush>
        {list.items.length > 0 && (
          <Table columns={['Account', 'Status', 'Can', 'Your id', 'Connected']}>
            {list.items.map((account) => (
              <Row key={account.id} account={account} />
            ))}
          </Table>
        )}
        <ListEnd
          list={list}
          empty={
            <Empty icon="accounts" title="No accounts">
              {status === '' && <p>Connect one: the creator opens a link and agrees at TikTok.</p>}
            </Empty>
          }
        />
      </Card>
    </Page>
  )
}

function Row({ account }: { account: Account }) {
  const { name, tone } = ACCOUNT_STATUS[account.status]
  const able = CAPABILITIES.filter(([key]) => account.capabilities[key].available)
  const title = accountName(account)
  return (
    <tr>
      <td>
        <div className="cell-who">
          <Avatar url={account.avatar_url} name={title} />
          <div>
            <Link to="/accounts/$accountId" params={{ accountId: account.id }} className="row-link">
              {title}
            </Link>
            <div className="soft small">
              {account.username === null ? account.platform : `@${account.username}`}
            </div>
          </div>
        </div>
      </td>
      <td data-label="Status">
        <Badge tone={tone}>{name}</Badge>
      </td>
      <td data-label="Can" title={able.map(([, label]) => label).join(', ')}>
        {able.length === CAPABILITIES.length ? 'Everything' : `${able.length} of ${CAPABILITIES.length}`}
      </td>
      <td data-label="Your id">{account.external_user_id ?? <span className="soft">–</span>}</td>
      <td data-label="Connected">
        <Time at={account.connected_at} />
      </td>
    </tr>
  )
}

/** TikTok's windows as they stand, and who waits for room in them. */
import { useList } from '../data/lists.ts'
import { Badge, Card, Empty, ListEnd, Page, Table, Time } from '../ui/show.tsx'
import { useAccounts } from './account-names.ts'

export function Limits() {
  const list = useList('limits', 'limits.list', { query: { limit: 100 } })
  const { nameOf } = useAccounts()
  return (
    <Page
      title="Limits"
      intro="TikTok allows so many calls in any window of time. The hub never sends more; what has no room waits, people first, then posts, then reading."
    >
      <Card flush>
        {list.items.length > 0 && (
          <Table columns={['Call', 'Counts for', 'Used', { name: 'Waiting', look: 'number' }, 'Next may go']}>
            {list.items.map((window) => {
              const share = window.used / window.limit
              const tone = window.remaining === 0 ? 'bad' : share > 0.7 ? 'warn' : 'good'
              return (
                <tr key={`${window.app_id} ${window.account_id} ${window.endpoint}`}>
                  <td>
                    <code>{window.endpoint}</code>
                  </td>
                  <td data-label="Counts for">
                    {window.account_id === null ? 'the whole app' : nameOf(window.account_id)}
                  </td>
                  <td data-label="Used">
                    <div className="used">
                      <meter
                        className={tone}
                        min={0}
                        max={window.limit}
                        value={window.used}
                        aria-label={`${window.used} of ${window.limit} used`}
                      />
                      <span className="small nowrap">
                        {window.used} of {window.limit} in {Math.round(window.window_ms / 1000)} s
                      </span>
                    </div>
                  </td>
                  <td data-label="Waiting" className="number">
                    {window.waiting}
                  </td>
                  <td data-label="Next may go">
                    {window.blocked_until !== null ? (
                      <Badge tone="bad">
                        TikTok said: <Time at={window.blocked_until} />
                      </Badge>
                    ) : window.remaining > 0 ? (
                      <Badge tone="good">now</Badge>
                    ) : (
                      <Time at={window.next_free_at} />
                    )}
                  </td>
                </tr>
              )
            })}
          </Table>
        )}
        <ListEnd
          list={list}
          empty={
            <Empty icon="limits" title="No window was used yet">
              Every call may go.
            </Empty>
          }
        />
      </Card>
    </Page>
  )
}

import { useState } from 'react'
import { useList } from '../data/lists.ts'
import { TextField } from '../ui/controls.tsx'
import { Card, Empty, ListEnd, Page, Table, Time } from '../ui/show.tsx'

export function Audit() {
  const [action, setAction] = useState('')
  const [subject, setSubject] = useState('')
  const list = useList('audit', 'auditLog.list', {
    query: { limit: 50, ...(action === '' ? {} : { action }), ...(subject === '' ? {} : { subject }) },
  })
  const people = useList('people', 'people.list', { query: { limit: 100 } })
  const keys = useList('keys', 'apiKeys.list', { query: { limit: 100 } })
  const actorName = (actor: string): string => {
    const id = actor.slice(actor.indexOf(':') + 1)
    const person = people.items.find((one) => one.id === id)?.name
    const key = keys.items.find((one) => one.id === id)?.name
    return person ?? (key === undefined ? actor : `key “${key}”`)
  }
  return (
    <Page
      title="Audit log"
      intro="Who did what, to what, and when. It holds ids and facts, no personal data, and stays when accounts are erased."
    >
      <div className="filters">
        <TextField
          label="Action"
          placeholder="account.erase"
          value={action}
          onChange={(event) => setAction(event.target.value.trim())}
        />
        <TextField
          label="Done to"
          placeholder="acc_…"
          value={subject}
          onChange={(event) => setSubject(event.target.value.trim())}
        />
      </div>
      <Card flush>
        {list.items.length > 0 && (
          <Table columns={['When', 'Who', 'Action', 'Done to', 'Facts']}>
            {list.items.map((entry) => (
              <tr key={entry.id}>
                <td data-label="When" className="nowrap">
                  <Time at={entry.at} show="exact" />
                </td>
                <td data-label="Who" title={entry.actor}>
                  {actorName(entry.actor)}
                </td>
                <td data-label="Action">
                  <code>{entry.action}</code>
                </td>
                <td data-label="Done to">
                  <code className="id">{entry.subject ?? '–'}</code>
                </td>
                <td className="soft small facts-cell">{factsOf(entry.detail)}</td>
              </tr>
            ))}
          </Table>
        )}
        <ListEnd list={list} empty={<Empty icon="audit" title="Nothing like this" />} />
      </Card>
    </Page>
  )
}

function factsOf(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .map(
      ([name, value]) =>
        `${name.replaceAll('_', ' ')}: ${Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(' · ')
}

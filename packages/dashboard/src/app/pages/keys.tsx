import type { ApiScope } from '@tockwork/api'
import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay, useSession } from '../data/session.ts'
import { Button, Checkbox, ProblemNote, SelectField, TextField } from '../ui/controls.tsx'
import { AskFirst, Dialog, FormDialog } from '../ui/dialog.tsx'
import { Badge, Card, CopyText, Empty, ListEnd, Note, Page, Table, Time, type Tone } from '../ui/show.tsx'

type Key = ResultOf<'apiKeys.get'>
type Made = ResultOf<'apiKeys.create'>
const stale = ['keys']

export function Keys() {
  const may = useMay()
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<Made>()
  const list = useList('keys', 'apiKeys.list', { query: { limit: 100 } })
  return (
    <Page
      title="API keys"
      intro="For programs. A key has scopes, hands on no more than it has, and is shown once; the hub keeps a hash."
      actions={
        may('keys:write') && (
          <Button look="main" icon="plus" onClick={() => setMaking(true)}>
            New key
          </Button>
        )
      }
    >
      <Card flush>
        {list.items.length > 0 && (
          <Table columns={['Key', 'State', 'Scopes', 'Used last', { name: 'Actions', look: 'unseen' }]}>
            {list.items.map((key) => (
              <Row key={key.id} apiKey={key} onMade={setMade} />
            ))}
          </Table>
        )}
        <ListEnd list={list} empty={<Empty icon="keys" title="No keys" />} />
      </Card>
      {making && (
        <NewKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false)
            setMade(key)
          }}
        />
      )}
      {made !== undefined && (
        <Dialog title={`The key “${made.name}”`} onClose={() => setMade(undefined)}>
          <div className="stack">
            <Note tone="warn">Copy it now: it is shown this once.</Note>
            <CopyText text={made.key} label="the key" />
          </div>
          <div className="dialog-end">
            <Button look="main" onClick={() => setMade(undefined)}>
              I have it
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  )
}

function stateOf(key: Key): { name: string; tone: Tone } {
  if (key.revoked_at !== null) return { name: 'Ended', tone: 'calm' }
  if (key.expires_at !== null && Date.parse(key.expires_at) <= Date.now())
    return { name: 'Expired', tone: 'calm' }
  if (key.replaced_by !== null) return { name: 'Being replaced', tone: 'warn' }
  return { name: key.mode === 'test' ? 'Test' : 'Live', tone: key.mode === 'test' ? 'busy' : 'good' }
}

function Row({ apiKey, onMade }: { apiKey: Key; onMade: (key: Made) => void }) {
  const may = useMay()
  const params = { key_id: apiKey.id }
  const revoke = useAct(() => call('apiKeys.revoke', { params }), { stale, done: 'The key has ended' })
  const rotate = useAct(() => call('apiKeys.rotate', { params, body: {} }), { stale, after: onMade })
  const state = stateOf(apiKey)
  const isOver = state.tone === 'calm'
  return (
    <tr>
      <td>
        <strong>{apiKey.name}</strong>
        <div className="soft small">
          <code>{apiKey.prefix}…</code>, made <Time at={apiKey.created_at} />
        </div>
      </td>
      <td data-label="State">
        <Badge tone={state.tone}>{state.name}</Badge>
      </td>
      <td data-label="Scopes" title={apiKey.scopes.join(', ')}>
        {apiKey.scopes.length > 3 ? `${apiKey.scopes.length} scopes` : apiKey.scopes.join(', ')}
      </td>
      <td data-label="Used last">
        <Time at={apiKey.last_used_at} />
      </td>
      <td className="end">
        {may('keys:write') && !isOver && (
          <span className="actions end-actions">
            {apiKey.replaced_by === null && (
              <AskFirst
                look="main"
                title={`Replace “${apiKey.name}”?`}
                question="A new key with the same rights is made. The old one goes on for a day, so that programs can change over."
                confirm="Replace"
                onConfirm={() => rotate.mutate()}
              >
                Replace
              </AskFirst>
            )}
            <AskFirst
              title={`End “${apiKey.name}”?`}
              question="Programs that use it are refused at once. This cannot be taken back."
              confirm="End the key"
              onConfirm={() => revoke.mutate()}
            >
              End
            </AskFirst>
          </span>
        )}
      </td>
    </tr>
  )
}

function NewKey({ onClose, onMade }: { onClose: () => void; onMade: (key: Made) => void }) {
  const { scopes: mine } = useSession()
  const [name, setName] = useState('')
  const [mode, setMode] = useState<'live' | 'test'>('live')
  const [scopes, setScopes] = useState<readonly ApiScope[]>([
    'posts:read',
    'posts:write',
    'assets:write',
    'accounts:read',
  ])
  const create = useAct(() => call('apiKeys.create', { body: { name, mode, scopes: [...scopes] } }), {
    stale,
    quiet: true,
    after: onMade,
  })
  return (
    <FormDialog
      title="New API key"
      submit="Make the key"
      onClose={onClose}
      onSubmit={() => create.mutate()}
      busy={create.isPending}
      disabled={name.trim() === '' || scopes.length === 0}
    >
      <TextField
        label="Name"
        hint="What it is for, so that you know it again"
        maxLength={100}
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField
        label="Reaches"
        value={mode}
        onChange={(event) => setMode(event.target.value as 'live' | 'test')}
      >
        <option value="live">Everything (live)</option>
        <option value="test">Sandbox apps and their accounts only (test)</option>
      </SelectField>
      <fieldset className="scopes">
        <legend>May</legend>
        {mine.map((scope) => (
          <Checkbox
            key={scope}
            label={<code>{scope}</code>}
            checked={scopes.includes(scope)}
            onChange={(event) =>
              setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
            }
          />
        ))}
      </fieldset>
      <ProblemNote error={create.error} />
    </FormDialog>
  )
}

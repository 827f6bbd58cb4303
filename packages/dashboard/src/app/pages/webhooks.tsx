/** Who is told of what, and whether it got there. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call, type RequestOf, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, Checkbox, ProblemNote, TextField } from '../ui/controls.tsx'
import { Dialog, FormDialog } from '../ui/dialog.tsx'
import { Badge, Card, CopyText, Empty, ListEnd, Note, Page, Table, Time, type Tone } from '../ui/show.tsx'
import { Deliveries } from './deliveries.tsx'

export type Endpoint = ResultOf<'webhookEndpoints.get'>
type EventType = Endpoint['events'][number]

export function endpointState(endpoint: Endpoint): { name: string; tone: Tone } {
  if (endpoint.status === 'disabled')
    return endpoint.disabled_reason === 'by_you'
      ? { name: 'Off', tone: 'calm' }
      : {
          name: endpoint.disabled_reason === 'gone' ? 'Gone: it answered 410' : 'Off: nothing got through',
          tone: 'bad',
        }
  return endpoint.failing_since === null ? { name: 'On', tone: 'good' } : { name: 'Failing', tone: 'warn' }
}

export function Webhooks() {
  const may = useMay()
  const [making, setMaking] = useState(false)
  const [secret, setSecret] = useState<string>()
  const list = useList('endpoints', 'webhookEndpoints.list', { query: { limit: 100 } })
  return (
    <Page
      title="Webhooks"
      intro="Every event is sent at least once, signed, in order for each account, and tried for three days. What did not get through can be sent again."
      actions={
        may('webhooks:write') && (
          <Button look="main" icon="plus" onClick={() => setMaking(true)}>
            New endpoint
          </Button>
        )
      }
    >
      <Card title="Endpoints" flush>
        {list.items.length > 0 && (
          <Table columns={['Address', 'State', 'Events', 'Made']}>
            {list.items.map((endpoint) => {
              const state = endpointState(endpoint)
              return (
                <tr key={endpoint.id}>
                  <td>
                    <Link
                      to="/webhooks/$endpointId"
                      params={{ endpointId: endpoint.id }}
                      className="row-link"
                    >
                      {endpoint.description ?? endpoint.url}
                    </Link>
                    <div className="soft small">{endpoint.url}</div>
                  </td>
                  <td data-label="State">
                    <Badge tone={state.tone}>{state.name}</Badge>
                  </td>
                  <td data-label="Events" title={endpoint.events.join(', ')}>
                    {endpoint.events.length === 0 ? 'all' : endpoint.events.length}
                  </td>
                  <td data-label="Made">
                    <Time at={endpoint.created_at} />
                  </td>
                </tr>
              )
            })}
          </Table>
        )}
        <ListEnd list={list} empty={<Empty icon="webhooks" title="Nobody is told of anything yet" />} />
      </Card>
      <Deliveries />
      {making && (
        <EndpointForm
          title="New endpoint"
          onClose={() => setMaking(false)}
          onSaved={(made) => {
            setMaking(false)
            setSecret(made)
          }}
        />
      )}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </Page>
  )
}

export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title="Its secret" onClose={onClose}>
      <div className="stack">
        <Note tone="warn">
          Copy it now: it is shown this once. Receivers verify by Standard Webhooks with it.
        </Note>
        <CopyText text={secret} label="the secret" />
      </div>
      <div className="dialog-end">
        <Button look="main" onClick={onClose}>
          I have it
        </Button>
      </div>
    </Dialog>
  )
}

export function EndpointForm({
  title,
  endpoint,
  onClose,
  onSaved,
}: {
  title: string
  endpoint?: Endpoint
  onClose: () => void
  onSaved: (secret: string | undefined) => void
}) {
  const [url, setUrl] = useState(endpoint?.url ?? '')
  const [description, setDescription] = useState(endpoint?.description ?? '')
  const [events, setEvents] = useState<readonly EventType[]>(endpoint?.events ?? [])
  const catalogue = useQuery({
    queryKey: ['webhook-events'],
    queryFn: ({ signal }) => call('webhookEvents.list', {}, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const save = useAct(
    async (): Promise<{ secret?: string }> => {
      const body = { url, events: [...events] }
      const text = description.trim()
      if (endpoint === undefined) {
        const wish: RequestOf<'webhookEndpoints.create'>['body'] = {
          ...body,
          ...(text === '' ? {} : { description: text }),
        }
        return call('webhookEndpoints.create', { body: wish })
      }
      await call('webhookEndpoints.update', {
        params: { endpoint_id: endpoint.id },
        body: { ...body, description: text === '' ? null : text },
      })
      return {}
    },
    { stale: ['endpoints'], quiet: true, done: 'Saved', after: ({ secret }) => onSaved(secret) },
  )
  const types = (catalogue.data?.data ?? []).map(({ type }) => type as EventType)
  return (
    <FormDialog
      title={title}
      submit="Save"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      busy={save.isPending}
    >
      <TextField
        label="Address"
        type="url"
        placeholder="https://"
        hint="https, and reachable from the internet. Redirects are not followed."
        required
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <TextField
        label="What it is (optional)"
        maxLength={200}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <fieldset className="scopes">
        <legend>Events (none ticked: all)</legend>
        {types.map((type) => (
          <Checkbox
            key={type}
            label={<code>{type}</code>}
            checked={events.includes(type)}
            onChange={(event) =>
              setEvents(event.target.checked ? [...events, type] : events.filter((one) => one !== type))
            }
          />
        ))}
      </fieldset>
      <ProblemNote error={save.error} />
    </FormDialog>
  )
}

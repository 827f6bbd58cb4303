import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../data/api.ts'
import { useAct } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, ProblemNote } from '../ui/controls.tsx'
import { AskFirst } from '../ui/dialog.tsx'
import { Badge, Card, Facts, Loading, Page, Time } from '../ui/show.tsx'
import { Deliveries } from './deliveries.tsx'
import { EndpointForm, endpointState, SecretDialog } from './webhooks.tsx'

const route = getRouteApi('/inside/webhooks/$endpointId')
const stale = ['endpoints', 'deliveries']

export function EndpointPage() {
  const { endpointId } = route.useParams()
  const navigate = route.useNavigate()
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const [secret, setSecret] = useState<string>()
  const params = { endpoint_id: endpointId }
  const { data, error } = useQuery({
    queryKey: ['endpoints', 'one', endpointId],
    queryFn: ({ signal }) => call('webhookEndpoints.get', { params }, { signal }),
  })
  const replay = useAct(() => call('webhookEndpoints.replay', { params, body: { include: 'dead' } }), {
    stale,
    done: ({ replayed, continue_from }) =>
      replayed === 0
        ? 'There was nothing to send again'
        : `${replayed} are sent again${continue_from === null ? '' : '; there is more'}`,
  })
  const toggle = useAct(
    (status: 'enabled' | 'disabled') => call('webhookEndpoints.update', { params, body: { status } }),
    { stale, done: ({ status }) => (status === 'enabled' ? 'It is on' : 'It is off') },
  )
  const rotate = useAct(() => call('webhookEndpoints.rotateSecret', { params, body: {} }), {
    stale,
    after: (made) => setSecret(made.secret),
  })
  const remove = useAct(() => call('webhookEndpoints.delete', { params }), {
    stale,
    done: 'Removed',
    after: () => void navigate({ to: '/webhooks' }),
  })
  const back = { to: '/webhooks', label: 'Webhooks' }
  if (data === undefined)
    return (
      <Page title="Endpoint" back={back}>
        {error === null ? <Loading /> : <ProblemNote error={error} />}
      </Page>
    )
  const state = endpointState(data)
  return (
    <Page
      title={data.description ?? new URL(data.url).host}
      back={back}
      actions={
        may('webhooks:write') && (
          <>
            <Button look="main" onClick={() => replay.mutate()} busy={replay.isPending}>
              Send all given up again
            </Button>
            <Button
              onClick={() => toggle.mutate(data.status === 'enabled' ? 'disabled' : 'enabled')}
              busy={toggle.isPending}
            >
              {data.status === 'enabled' ? 'Turn off' : 'Turn on'}
            </Button>
            <Button onClick={() => setEditing(true)}>Change</Button>
            <AskFirst
              look="main"
              title="Another secret?"
              question="For a day both secrets sign, so that the receiver can change over."
              confirm="Make another secret"
              onConfirm={() => rotate.mutate()}
            >
              New secret
            </AskFirst>
            <AskFirst
              title="Remove this endpoint?"
              question="Its deliveries go with it, also those that did not get through."
              confirm="Remove"
              onConfirm={() => remove.mutate()}
            >
              Remove
            </AskFirst>
          </>
        )
      }
    >
      <Card>
        <Facts
          of={[
            ['Address', data.url],
            [
              'State',
              <Badge key="s" tone={state.tone}>
                {state.name}
              </Badge>,
            ],
            ['Failing since', <Time key="f" at={data.failing_since} show="exact" />],
            ['Events', data.events.length === 0 ? 'all' : data.events.join(', ')],
            ['Hears of', data.environment === null ? 'all accounts' : `${data.environment} accounts`],
            ['Id', <code key="i">{data.id}</code>],
          ]}
        />
      </Card>
      <Deliveries endpointId={endpointId} />
      {editing && (
        <EndpointForm
          title="Change the endpoint"
          endpoint={data}
          onClose={() => setEditing(false)}
          onSaved={() => setEditing(false)}
        />
      )}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </Page>
  )
}

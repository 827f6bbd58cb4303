/** What was sent, with every try; and sending it again. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, ProblemNote, SelectField } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Badge, Card, Empty, Facts, ListEnd, Loading, Table, Time, type Tone } from '../ui/show.tsx'

type Delivery = ResultOf<'webhookDeliveries.list'>['data'][number]
type State = Delivery['state']

const STATES: Readonly<Record<State, { name: string; tone: Tone }>> = {
  pending: { name: 'On its way', tone: 'busy' },
  delivered: { name: 'Delivered', tone: 'good' },
  dead: { name: 'Given up', tone: 'bad' },
}

export function Deliveries({ endpointId }: { endpointId?: string }) {
  const [state, setState] = useState<State | ''>('')
  const [open, setOpen] = useState<string>()
  const list = useList('deliveries', 'webhookDeliveries.list', {
    query: {
      limit: 50,
      ...(endpointId === undefined ? {} : { endpoint_id: endpointId }),
      ...(state === '' ? {} : { state }),
    },
  })
  return (
    <Card
      title="Deliveries"
      flush
      actions={
        <SelectField
          label={<span className="unseen">State</span>}
          value={state}
          onChange={(event) => setState(event.target.value as State | '')}
        >
          <option value="">All</option>
          {Object.entries(STATES).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
      }
    >
      {list.items.length > 0 && (
        <Table columns={['Event', 'State', { name: 'Tries', look: 'number' }, 'Made', 'Next try']}>
          {list.items.map((delivery) => (
            <tr key={delivery.id}>
              <td>
                <button type="button" className="row-button" onClick={() => setOpen(delivery.id)}>
                  {delivery.event_type}
                </button>
              </td>
              <td data-label="State">
                <Badge tone={STATES[delivery.state].tone}>{STATES[delivery.state].name}</Badge>
              </td>
              <td data-label="Tries" className="number">
                {delivery.attempts}
              </td>
              <td data-label="Made">
                <Time at={delivery.created_at} />
              </td>
              <td data-label="Next try">
                <Time at={delivery.next_attempt_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <ListEnd
        list={list}
        empty={
          <Empty icon="webhooks" title="Nothing was sent">
            Deliveries are kept for 30 days.
          </Empty>
        }
      />
      {open !== undefined && <OneDelivery id={open} onClose={() => setOpen(undefined)} />}
    </Card>
  )
}

function OneDelivery({ id, onClose }: { id: string; onClose: () => void }) {
  const may = useMay()
  const params = { delivery_id: id }
  const { data, error } = useQuery({
    queryKey: ['deliveries', 'one', id],
    queryFn: ({ signal }) => call('webhookDeliveries.get', { params }, { signal }),
  })
  const replay = useAct(() => call('webhookDeliveries.replay', { params }), {
    stale: ['deliveries'],
    quiet: true,
    done: 'It is sent again',
  })
  return (
    <Dialog title="Delivery" onClose={onClose} wide>
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <ProblemNote error={error} />
        )
      ) : (
        <div className="stack">
          <Facts
            of={[
              ['Event', <code key="e">{data.event_type}</code>],
              [
                'State',
                <Badge key="s" tone={STATES[data.state].tone}>
                  {STATES[data.state].name}
                </Badge>,
              ],
              ['webhook-id', <code key="w">{data.event_id}</code>],
              ['Delivered', <Time key="d" at={data.delivered_at} show="exact" />],
            ]}
          />
          <h3>Tries</h3>
          {data.log.length === 0 ? (
            <p className="soft">None yet.</p>
          ) : (
            <ol className="timeline">
              {data.log.map((attempt) => (
                <li key={attempt.at}>
                  <div>
                    <Time at={attempt.at} show="exact" />:{' '}
                    {attempt.status === null ? attempt.error : `answered ${attempt.status}`}, {attempt.ms} ms
                  </div>
                </li>
              ))}
            </ol>
          )}
          <h3>What is sent</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text that scrolls has to be reached by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(data.body, null, 2)}</pre>
          <ProblemNote error={replay.error} />
        </div>
      )}
      <div className="dialog-end">
        {may('webhooks:write') && (
          <Button look="main" onClick={() => replay.mutate()} busy={replay.isPending}>
            Send again
          </Button>
        )}
      </div>
    </Dialog>
  )
}

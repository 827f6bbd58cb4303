import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay, useSession } from '../data/session.ts'
import { Button, SelectField } from '../ui/controls.tsx'
import { AskFirst, Dialog, FormDialog } from '../ui/dialog.tsx'
import { Card, CopyText, ListEnd, Time } from '../ui/show.tsx'

type Person = ResultOf<'people.update'>
type Role = Person['role']
const stale = ['people']

const ROLES: Readonly<Record<Role, string>> = {
  viewer: 'Viewer: reads',
  publisher: 'Publisher: also posts and connects accounts',
  approver: 'Approver: also approves posts',
  owner: 'Owner: everything',
}

export function PeopleCard() {
  const may = useMay()
  const { person: self } = useSession()
  const [inviting, setInviting] = useState(false)
  const [role, setRole] = useState<Role>('publisher')
  const [link, setLink] = useState<{ url: string; expires_at: string }>()
  const list = useList('people', 'people.list', { query: { limit: 100 } })
  const invite = useAct(() => call('people.invite', { body: { role } }), {
    after: (made) => {
      setInviting(false)
      setLink(made)
    },
  })
  const change = useAct(
    (input: { id: string; role: Role }) =>
      call('people.update', { params: { person_id: input.id }, body: { role: input.role } }),
    { stale: [...stale, 'session'], done: 'Changed' },
  )
  const reset = useAct((id: string) => call('people.resetPassword', { params: { person_id: id } }), {
    after: setLink,
  })
  const remove = useAct((id: string) => call('people.remove', { params: { person_id: id } }), {
    stale,
    done: 'Removed',
  })
  const can = may('people:write')
  return (
    <Card
      title="People"
      actions={
        can && (
          <Button icon="plus" onClick={() => setInviting(true)}>
            Invite
          </Button>
        )
      }
    >
      <ul className="lines">
        {list.items.map((person) => (
          <li key={person.id}>
            <div>
              <strong>{person.name}</strong>
              {person.id === self.id && <span className="soft"> (you)</span>}
              <div className="soft small">
                {person.login}, since <Time at={person.created_at} />
              </div>
            </div>
            <div className="actions">
              <SelectField
                label={<span className="unseen">Role of {person.name}</span>}
                value={person.role}
                disabled={!can || change.isPending}
                onChange={(event) => change.mutate({ id: person.id, role: event.target.value as Role })}
              >
                {Object.entries(ROLES).map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </SelectField>
              {can && person.id !== self.id && (
                <>
                  <Button onClick={() => reset.mutate(person.id)}>Password link</Button>
                  <AskFirst
                    title={`Remove ${person.name}?`}
                    question="They are signed out at once, and login, name and passkeys are erased."
                    confirm="Remove"
                    onConfirm={() => remove.mutate(person.id)}
                  >
                    Remove
                  </AskFirst>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      <ListEnd list={list} empty={null} />
      {inviting && (
        <FormDialog
          title="Invite somebody"
          submit="Make the link"
          onClose={() => setInviting(false)}
          onSubmit={() => invite.mutate()}
          busy={invite.isPending}
        >
          <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {Object.entries(ROLES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </SelectField>
        </FormDialog>
      )}
      {link !== undefined && (
        <Dialog title="Send them this link" onClose={() => setLink(undefined)}>
          <div className="stack">
            <CopyText text={link.url} label="the link" />
            <p className="soft">
              It works once, until <Time at={link.expires_at} show="exact" />, and is shown this once. Whoever
              opens it first has it.
            </p>
          </div>
        </Dialog>
      )}
    </Card>
  )
}

/** The workspace, its apps, its media policy, its people, and one's own account. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call, callSession, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { addPasskey } from '../data/passkey.ts'
import { useMay, useSession } from '../data/session.ts'
import { Button, Checkbox, ProblemNote, TextField } from '../ui/controls.tsx'
import { AskFirst, FormDialog } from '../ui/dialog.tsx'
import { Badge, Card, Empty, ListEnd, Page, Time } from '../ui/show.tsx'
import { AppForm } from './app-form.tsx'
import { MediaPolicyCard } from './media-policy.tsx'
import { PeopleCard } from './people.tsx'

export function Settings() {
  const may = useMay()
  return (
    <Page title="Settings">
      <div className="columns settings">
        <div className="stack">
          <Workspace />
          <Apps />
        </div>
        <div className="stack">
          <OwnAccount />
          {may('people:read') && <PeopleCard />}
          {may('posts:read') && <MediaPolicyCard />}
        </div>
      </div>
    </Page>
  )
}

function Workspace() {
  const may = useMay()
  const { workspace } = useSession()
  const client = useQueryClient()
  const params = { workspace_id: workspace.id }
  const { data } = useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => call('workspaces.get', { params }, { signal }),
  })
  const save = useAct(
    (body: {
      name?: string
      approval_required?: boolean
      own_approval_allowed?: boolean
      creator_consent_required?: boolean
    }) => call('workspaces.update', { params, body }),
    {
      stale: ['workspace'],
      done: 'Saved',
      after: () => void client.invalidateQueries({ queryKey: ['session'] }),
    },
  )
  const [name, setName] = useState(workspace.name)
  const can = may('workspaces:write')
  const rule = (
    key: 'approval_required' | 'own_approval_allowed' | 'creator_consent_required',
    label: string,
    hint: string,
  ): ReactNode => (
    <Checkbox
      label={label}
      hint={hint}
      checked={data?.[key] ?? false}
      disabled={!can || save.isPending || data === undefined}
      onChange={(event) => save.mutate({ [key]: event.target.checked })}
    />
  )
  return (
    <Card title="Workspace">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate({ name })
        }}
      >
        <TextField
          label="Name"
          hint="Creators read it when they connect."
          maxLength={100}
          required
          readOnly={!can}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {can && name !== workspace.name && (
          <div>
            <Button type="submit" busy={save.isPending}>
              Rename
            </Button>
          </div>
        )}
        {rule('approval_required', 'Posts wait for approval', 'Of keys and people who may not approve them')}
        {rule('own_approval_allowed', 'One may approve one’s own posts', 'Otherwise somebody else has to')}
        {rule(
          'creator_consent_required',
          'Direct posts need the creator’s consent',
          'As TikTok’s audit wants it; the publish page asks for it',
        )}
      </form>
    </Card>
  )
}

function Apps() {
  const may = useMay()
  const [form, setForm] = useState<ResultOf<'apps.get'> | 'new'>()
  const list = useList('apps', 'apps.list', { query: { limit: 100 } })
  const remove = useAct((id: string) => call('apps.delete', { params: { app_id: id } }), {
    stale: ['apps'],
    done: 'Removed',
  })
  return (
    <Card
      title="TikTok apps"
      actions={
        may('apps:write') && (
          <Button icon="plus" onClick={() => setForm('new')}>
            Add
          </Button>
        )
      }
    >
      <ul className="lines">
        {list.items.map((app) => (
          <li key={app.id}>
            <div>
              <strong>{app.name}</strong>{' '}
              <Badge tone={app.audited ? 'good' : 'warn'}>{app.audited ? 'audited' : 'not audited'}</Badge>
              <div className="soft small">
                {app.environment}, <code>{app.client_key}</code>
              </div>
              <div className="soft small">
                Redirect address: <code>{app.redirect_uri}</code>
              </div>
            </div>
            {may('apps:write') && (
              <div className="actions">
                <Button onClick={() => setForm(app)}>Change</Button>
                <AskFirst
                  title={`Remove ${app.name}?`}
                  question="Only an app through which no account was ever connected can be removed."
                  confirm="Remove"
                  onConfirm={() => remove.mutate(app.id)}
                >
                  Remove
                </AskFirst>
              </div>
            )}
          </li>
        ))}
      </ul>
      <ListEnd
        list={list}
        empty={
          <Empty icon="keys" title="No app yet">
            Register one at TikTok, then add its key and secret here.
          </Empty>
        }
      />
      {form !== undefined && (
        <AppForm app={form === 'new' ? undefined : form} onClose={() => setForm(undefined)} />
      )}
    </Card>
  )
}

function OwnAccount() {
  const client = useQueryClient()
  const { person, passkeys } = useSession()
  const [changing, setChanging] = useState(false)
  const [naming, setNaming] = useState(false)
  const again = (): void => void client.invalidateQueries({ queryKey: ['session'] })
  const add = useAct((name: string) => addPasskey(name), { done: 'The passkey is added', after: again })
  const remove = useAct((id: string) => callSession('POST', '/session/passkeys/remove', { id }), {
    done: 'Removed',
    after: again,
  })
  return (
    <Card title="Your account" actions={<Button onClick={() => setChanging(true)}>Change password</Button>}>
      <div className="stack">
        <p>
          {person.name}, signs in as <strong>{person.login}</strong>, {person.role}
        </p>
        <h3>Passkeys</h3>
        <ul className="lines" hidden={passkeys.length === 0}>
          {passkeys.map((passkey) => (
            <li key={passkey.id}>
              <div>
                <strong>{passkey.name}</strong>
                <div className="soft small">
                  added <Time at={passkey.created_at} />, used <Time at={passkey.last_used_at} />
                </div>
              </div>
              <AskFirst
                title={`Remove ${passkey.name}?`}
                question="It opens this account no more."
                confirm="Remove"
                onConfirm={() => remove.mutate(passkey.id)}
              >
                Remove
              </AskFirst>
            </li>
          ))}
        </ul>
        {passkeys.length === 0 && (
          <p className="soft">
            None. One lets you in with your fingerprint, face or device PIN instead of the password.
          </p>
        )}
        {'PublicKeyCredential' in window && (
          <div>
            <Button icon="plus" busy={add.isPending} onClick={() => setNaming(true)}>
              Add a passkey
            </Button>
          </div>
        )}
      </div>
      {naming && (
        <FormDialog
          title="Add a passkey"
          submit="Go on"
          onClose={() => setNaming(false)}
          onSubmit={(form) => {
            setNaming(false)
            add.mutate(String(form.get('name')))
          }}
        >
          <TextField label="What it is on" name="name" placeholder="My phone" maxLength={100} required />
        </FormDialog>
      )}
      {changing && <PasswordForm onClose={() => setChanging(false)} />}
    </Card>
  )
}

function PasswordForm({ onClose }: { onClose: () => void }) {
  const { person } = useSession()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const save = useAct(() => callSession('POST', '/session/password', { current, password }), {
    quiet: true,
    done: 'Changed; other sessions have ended',
    after: onClose,
  })
  return (
    <FormDialog
      title="Change password"
      submit="Change"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      busy={save.isPending}
    >
      <input type="text" hidden autoComplete="username" value={person.login} readOnly />
      {person.has_password && (
        <TextField
          label="Present password"
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
      )}
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        maxLength={256}
        hint="At least 12 characters"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <ProblemNote error={save.error} />
    </FormDialog>
  )
}

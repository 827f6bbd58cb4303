/** Invites a creator to connect an account: in a window of this browser, or by a link that is sent to them. */
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { call } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { Button, type Look, SelectField, TextField } from '../ui/controls.tsx'
import { Dialog, FormDialog } from '../ui/dialog.tsx'
import { notify } from '../ui/notices.ts'
import { CopyText, Note, Time } from '../ui/show.tsx'

const LOOK_AGAIN_MS = 1_500

export function ConnectButton({
  look = 'plain',
  appId,
  children = 'Connect an account',
}: {
  look?: Look
  /** Of an account that is connected again. */
  appId?: string
  children?: string
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look={look} icon="plus" onClick={() => setOpen(true)}>
        {children}
      </Button>
      {open && <Connect appId={appId} onClose={() => setOpen(false)} />}
    </>
  )
}

function Connect({ appId, onClose }: { appId: string | undefined; onClose: () => void }) {
  const client = useQueryClient()
  const apps = useList('apps', 'apps.list', { query: { limit: 100 } })
  const [chosen, setChosen] = useState(appId ?? '')
  const [person, setPerson] = useState('')
  const invite = useAct(
    () =>
      call('connectSessions.create', {
        body: {
          app_id: chosen === '' ? (apps.items[0]?.id ?? '') : chosen,
          ...(person === '' ? {} : { external_user_id: person }),
          expires_in: 86_400,
        },
      }),
    {},
  )
  const session = invite.data
  useEffect(() => {
    if (session === undefined) return
    const timer = setInterval(() => {
      void call('connectSessions.get', { params: { session_id: session.id } }).then(
        ({ outcome, outcome_code }) => {
          if (outcome === null) return
          clearInterval(timer)
          onClose()
          void client.invalidateQueries({ queryKey: ['accounts'] })
          if (outcome === 'connected') notify('The account is connected')
          else
            notify(outcome === 'denied' ? 'The creator said no' : `Connecting failed: ${outcome_code}`, 'bad')
        },
        () => undefined,
      )
    }, LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [session, client, onClose])

  if (session !== undefined)
    return (
      <Dialog title="Connect an account" onClose={onClose}>
        <div className="stack">
          <p>
            The creator opens this link, reads what is asked, and agrees at TikTok. Give it to them alone.
          </p>
          <CopyText text={session.url} label="the link" />
          <p className="soft small">
            Good until <Time at={session.expires_at} show="exact" />. This closes by itself when it is done.
          </p>
        </div>
        <div className="dialog-end">
          <Button onClick={onClose}>Close</Button>
          <a className="button main" href={session.url} target="_blank" rel="noopener noreferrer">
            Open it here
          </a>
        </div>
      </Dialog>
    )
  if (!apps.isLoading && apps.items.length === 0)
    return (
      <Dialog title="Connect an account" onClose={onClose}>
        <Note tone="warn">
          There is no TikTok app yet. Add one with its key and secret under{' '}
          <Link to="/settings">Settings</Link>.
        </Note>
      </Dialog>
    )
  return (
    <FormDialog
      title="Connect an account"
      submit="Make the link"
      onClose={onClose}
      onSubmit={() => invite.mutate()}
      busy={invite.isPending}
    >
      <SelectField label="TikTok app" value={chosen} onChange={(event) => setChosen(event.target.value)}>
        {apps.items.map((app) => (
          <option key={app.id} value={app.id}>
            {app.name} ({app.environment})
          </option>
        ))}
      </SelectField>
      <TextField
        label="Your own id of the person (optional)"
        hint="Kept with the account, so that your product finds it again."
        maxLength={255}
        value={person}
        onChange={(event) => setPerson(event.target.value)}
      />
    </FormDialog>
  )
}

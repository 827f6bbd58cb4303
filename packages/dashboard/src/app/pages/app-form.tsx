import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct } from '../data/lists.ts'
import { Checkbox, ProblemNote, SelectField, TextField } from '../ui/controls.tsx'
import { FormDialog } from '../ui/dialog.tsx'

type App = ResultOf<'apps.get'>

export function AppForm({ app, onClose }: { app: App | undefined; onClose: () => void }) {
  const [platform, setPlatform] = useState<'tiktok' | 'bluesky'>('tiktok')
  const [name, setName] = useState(app?.name ?? '')
  const [environment, setEnvironment] = useState<App['environment']>(app?.environment ?? 'production')
  const [key, setKey] = useState(app?.client_key ?? '')
  const [secret, setSecret] = useState('')
  const [audited, setAudited] = useState(app?.audited ?? false)
  const save = useAct(
    () =>
      app === undefined
        ? call('apps.create', {
            body:
              platform === 'bluesky'
                ? { name, environment, platform }
                : { name, environment, client_key: key, client_secret: secret, audited },
          })
        : call('apps.update', {
            params: { app_id: app.id },
            body: { name, audited, ...(secret === '' ? {} : { client_secret: secret }) },
          }),
    { stale: ['apps'], quiet: true, done: 'Saved', after: onClose },
  )
  const hasKeys = (app?.platform ?? platform) !== 'bluesky'
  return (
    <FormDialog
      title={app === undefined ? 'Add an app' : `Change ${app.name}`}
      submit="Save"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      busy={save.isPending}
    >
      <TextField
        label="Name"
        hint="Creators read it when they connect."
        maxLength={100}
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {app === undefined && (
        <>
          <SelectField
            label="Platform"
            value={platform}
            onChange={(event) => setPlatform(event.target.value === 'bluesky' ? 'bluesky' : 'tiktok')}
          >
            <option value="tiktok">TikTok</option>
            <option value="bluesky">Bluesky (nothing to register there)</option>
          </SelectField>
          <SelectField
            label="Environment"
            value={environment}
            onChange={(event) => setEnvironment(event.target.value as App['environment'])}
          >
            <option value="production">Production</option>
            <option value="sandbox">Sandbox</option>
          </SelectField>
          {hasKeys && (
            <TextField
              label="Client key"
              maxLength={128}
              required
              autoComplete="off"
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </>
      )}
      {hasKeys && (
        <>
          <TextField
            label={app === undefined ? 'Client secret' : 'New client secret (empty: stays)'}
            type="password"
            hint="Sealed at once and never shown again."
            maxLength={256}
            required={app === undefined}
            autoComplete="off"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
          <Checkbox
            label="TikTok has audited it"
            hint="Without the audit, direct posts are visible to their creator alone."
            checked={audited}
            onChange={(event) => setAudited(event.target.checked)}
          />
        </>
      )}
      <ProblemNote error={save.error} />
    </FormDialog>
  )
}

/**
 * A new post. Which account, which file, when: chosen here. What TikTok demands of a posting screen (who may see it,
 * interactions, disclosure, consent, preview) is the publish page's, embedded, so that there is one such screen.
 */
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ChangeEvent, useEffect, useRef, useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { uploadFile } from '../data/upload.ts'
import { useTheme } from '../shell/theme.ts'
import { Button, Checkbox, ProblemNote, SelectField, TextArea, TextField } from '../ui/controls.tsx'
import { notify } from '../ui/notices.ts'
import { Avatar, Card, Empty, Loading, Note, Page } from '../ui/show.tsx'
import { type Account, accountName } from '../words/account-words.ts'
import { inputToInstant } from '../words/times.ts'
import { useAccounts } from './account-names.ts'
import { ConnectButton } from './connect-button.tsx'

type Mode = 'direct' | 'draft'

function canPost(account: Account, mode: Mode): boolean {
  const { direct_post, drafts } = account.capabilities
  // The page that it opens is about TikTok's rules.
  if (account.platform !== 'tiktok') return false
  return account.status === 'connected' && (mode === 'direct' ? direct_post : drafts).available
}

export function Compose() {
  const { list } = useAccounts()
  const [mode, setMode] = useState<Mode>('direct')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [asset, setAsset] = useState('')
  const [title, setTitle] = useState('')
  const [at, setAt] = useState('')
  const able = list.items.filter((account) => canPost(account, mode))
  const accounts = chosen.filter((id) => able.some((account) => account.id === id))
  const open = useAct(
    () =>
      call('publishSessions.create', {
        body: {
          accounts: [...accounts],
          mode,
          ...(asset === '' ? {} : { video: { asset_id: asset } }),
          ...(title === '' ? {} : { title }),
          ...(at === ''
            ? {}
            : {
                scheduled_at: inputToInstant(at),
                time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
              }),
        },
      }),
    { quiet: true },
  )
  if (open.data !== undefined)
    return (
      <Publishing
        session={open.data}
        onAnother={() => {
          open.reset()
          setAsset('')
          setTitle('')
        }}
      />
    )
  return (
    <Page
      title="New post"
      intro="Choose whose post it is and what goes into it. The next screen asks what TikTok wants asked before every post."
    >
      {list.isLoading ? (
        <Loading />
      ) : list.items.length === 0 ? (
        <Card>
          <Empty icon="accounts" title="Connect an account first">
            <ConnectButton look="main" />
          </Empty>
        </Card>
      ) : (
        <form
          className="compose"
          onSubmit={(event) => {
            event.preventDefault()
            open.mutate()
          }}
        >
          <Card title="Accounts">
            <div className="stack">
              <SelectField
                label="Where it goes"
                value={mode}
                onChange={(event) => setMode(event.target.value as Mode)}
              >
                <option value="direct">To the profile</option>
                <option value="draft">As a draft into the inbox; the creator finishes it in TikTok</option>
              </SelectField>
              <fieldset>
                <legend>Whose post</legend>
                {list.items.map((account) => {
                  const possible = canPost(account, mode)
                  return (
                    <Checkbox
                      key={account.id}
                      checked={accounts.includes(account.id)}
                      disabled={!possible}
                      onChange={(event) =>
                        setChosen(
                          event.target.checked
                            ? [...chosen, account.id]
                            : chosen.filter((id) => id !== account.id),
                        )
                      }
                      label={
                        <span className="cell-who">
                          <Avatar url={account.avatar_url} name={accountName(account)} />
                          {accountName(account)}
                        </span>
                      }
                      hint={possible ? undefined : whyNot(account, mode)}
                    />
                  )
                })}
              </fieldset>
            </div>
          </Card>
          <Card title="What and when">
            <div className="stack">
              <FileChoice value={asset} onChange={setAsset} />
              <TextArea
                label="Caption (can be changed on the next screen)"
                maxLength={2200}
                value={title}
                onChange={(event) => setTitle(event.target.value)}
              />
              <TextField
                label="Time (empty: now)"
                type="datetime-local"
                hint={`By the clocks of ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
                value={at}
                onChange={(event) => setAt(event.target.value)}
              />
              <ProblemNote error={open.error} />
              <div className="actions">
                <Button type="submit" look="main" busy={open.isPending} disabled={accounts.length === 0}>
                  Go on
                </Button>
                {accounts.length === 0 && <span className="soft small">Choose an account to go on</span>}
              </div>
            </div>
          </Card>
        </form>
      )}
    </Page>
  )
}

function whyNot(account: Account, mode: Mode): string {
  if (account.status !== 'connected') return 'Has to be connected again'
  const { scope } = mode === 'direct' ? account.capabilities.direct_post : account.capabilities.drafts
  return `The creator did not grant ${scope}`
}

/** A file of the library, or a new one. */
function FileChoice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const client = useQueryClient()
  const assets = useList('assets', 'assets.list', { query: { kind: 'video', limit: 100 } })
  const [share, setShare] = useState<number>()
  const [error, setError] = useState<Error | null>(null)
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])
  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = event.target.files ?? []
    event.target.value = ''
    if (file === undefined) return
    setError(null)
    setShare(0)
    stop.current = new AbortController()
    try {
      const asset = await uploadFile(file, setShare, stop.current.signal)
      await client.invalidateQueries({ queryKey: ['assets'] })
      onChange(asset.id)
      notify('The file is in the library')
    } catch (failure) {
      setError(failure as Error)
    } finally {
      setShare(undefined)
    }
  }
  return (
    <div className="stack">
      <SelectField
        label="Video"
        hint="Left open, the next screen asks for it."
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">None yet</option>
        {assets.items.map((asset) => (
          <option key={asset.id} value={asset.id}>
            {asset.name ?? asset.id}
            {asset.media.duration_sec === null ? '' : `, ${Math.round(asset.media.duration_sec)} s`}
          </option>
        ))}
      </SelectField>
      {share === undefined ? (
        <label className="drop">
          <input
            type="file"
            accept="video/mp4,video/quicktime,video/webm"
            onChange={(event) => void take(event)}
          />
          <span>Upload a video</span>
        </label>
      ) : (
        <div className="row">
          <progress value={share} aria-label="Uploading" />
          <Button onClick={() => stop.current?.abort()}>Stop</Button>
        </div>
      )}
      <ProblemNote error={error} />
    </div>
  )
}

type Session = ResultOf<'publishSessions.create'>

/** The publish page in a frame; it says when it is ready, how tall it is, and how it went. */
function Publishing({ session, onAnother }: { session: Session; onAnother: () => void }) {
  const { theme } = useTheme()
  const client = useQueryClient()
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(900)
  const [state, setState] = useState<'open' | 'submitted' | 'finished'>('open')
  // The frame keeps the theme that it began with: another address would lose what was typed in.
  const [source] = useState(() => {
    const { pathname } = new URL(session.url, location.href)
    return `${pathname}?theme=${theme}&embedded=1`
  })
  useEffect(() => {
    const hear = ({ origin, source: from, data }: MessageEvent<unknown>): void => {
      if (origin !== location.origin || from !== frame.current?.contentWindow) return
      const said = data as { source?: unknown; type?: unknown; height?: unknown } | null
      if (said?.source !== 'tockwork-publish') return
      if (said.type === 'resize' && typeof said.height === 'number')
        setHeight(Math.min(Math.max(said.height, 300), 6_000))
      if (said.type === 'submitted' || said.type === 'finished') {
        setState(said.type)
        void client.invalidateQueries({ queryKey: ['posts'] })
      }
      if (said.type === 'closed') onAnother()
    }
    addEventListener('message', hear)
    return () => removeEventListener('message', hear)
  }, [client, onAnother])
  return (
    <Page
      title="New post"
      actions={
        <>
          <Button onClick={onAnother}>{state === 'open' ? 'Back' : 'Another one'}</Button>
          {state !== 'open' && (
            <Link to="/posts" className="button main">
              To the posts
            </Link>
          )}
        </>
      }
    >
      {state === 'submitted' && <Note tone="busy">It is under way. You may leave this page.</Note>}
      {state === 'finished' && <Note tone="good">Done.</Note>}
      <iframe
        ref={frame}
        className="publish-frame"
        title="Post to TikTok"
        src={source}
        height={height}
        allow="autoplay; fullscreen"
      />
    </Page>
  )
}

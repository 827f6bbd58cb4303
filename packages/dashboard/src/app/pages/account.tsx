/** One account: what can be done and what not, what was agreed to, what was read, and the end of it. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct, useList } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, ProblemNote } from '../ui/controls.tsx'
import { AskFirst, Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { Avatar, Badge, Card, Facts, ListEnd, Loading, Note, Page, Time } from '../ui/show.tsx'
import {
  ACCOUNT_STATUS,
  type Account,
  accountName,
  CAPABILITIES,
  statusReason,
} from '../words/account-words.ts'
import { useAccount } from './account-names.ts'
import { ConnectButton } from './connect-button.tsx'
import { PostTable } from './post-table.tsx'

const route = getRouteApi('/inside/accounts/$accountId')

export function AccountPage() {
  const { accountId } = route.useParams()
  const account = useAccount(accountId)
  const back = { to: '/accounts', label: 'Accounts' }
  if (account.data === undefined)
    return (
      <Page title="Account" back={back}>
        {account.isLoading ? <Loading /> : <ProblemNote error={account.error} />}
      </Page>
    )
  return <Shown account={account.data} />
}

type Report = ResultOf<'connectedAccounts.erase'>

function Shown({ account }: { account: Account }) {
  const may = useMay()
  const [report, setReport] = useState<Report>()
  const params = { account_id: account.id }
  const stale = ['accounts', 'posts']
  const disconnect = useAct(() => call('connectedAccounts.disconnect', { params }), {
    stale,
    done: 'Disconnected; the grant was revoked at TikTok',
  })
  const erase = useAct(() => call('connectedAccounts.erase', { params }), { stale, after: setReport })
  const posts = useList('posts', 'posts.list', { query: { account_id: account.id, limit: 8 } })
  const name = accountName(account)
  const status = ACCOUNT_STATUS[account.status]
  const reason = statusReason(account)
  const ended = account.status === 'erased'
  return (
    <Page
      title={name}
      back={{ to: '/accounts', label: 'Accounts' }}
      actions={
        may('accounts:write') &&
        !ended && (
          <>
            {(account.status !== 'connected' || account.missing_scopes.length > 0) && (
              <ConnectButton appId={account.app_id} look="main">
                Connect again
              </ConnectButton>
            )}
            {account.status === 'connected' && (
              <AskFirst
                title={`Disconnect ${name}?`}
                question="The grant is revoked at TikTok and the tokens are forgotten. What was read stays; posts that wait will not go out."
                confirm="Disconnect"
                onConfirm={() => disconnect.mutate()}
                disabled={disconnect.isPending}
              >
                Disconnect
              </AskFirst>
            )}
            <AskFirst
              title={`Erase ${name}?`}
              question="Revokes the grant and erases tokens, profile, videos, numbers, posts with their captions, and media that no other account's post uses. This cannot be taken back."
              confirm="Erase everything"
              type="erase"
              onConfirm={() => erase.mutate()}
              disabled={erase.isPending}
            >
              Erase
            </AskFirst>
          </>
        )
      }
    >
      {account.status === 'reauthorization_required' && (
        <Note tone="bad">
          {reason ?? 'TikTok no longer takes the token.'} Have the creator connect again; the account keeps
          its id and everything that was read.
        </Note>
      )}
      {account.status === 'connected' && account.missing_scopes.length > 0 && (
        <Note tone="warn">
          The creator did not grant {account.missing_scopes.join(', ')}. Connect again and ask them to leave
          everything ticked, if you need it.
        </Note>
      )}
      <div className="columns">
        <Card title="Account">
          <div className="stack">
            <div className="cell-who">
              <Avatar url={account.avatar_url} name={name} />
              <div>
                <strong>{name}</strong>
                <div className="soft">
                  {account.username === null ? account.platform : `@${account.username}`}
                </div>
              </div>
            </div>
            <Facts
              of={[
                [
                  'Status',
                  <Badge key="s" tone={status.tone}>
                    {status.name}
                  </Badge>,
                ],
                ['Id', <code key="i">{account.id}</code>],
                ['Your id', account.external_user_id ?? '–'],
                ['Connected', <Time key="c" at={account.connected_at} show="exact" />],
                ['Changed', <Time key="h" at={account.changed_at} />],
              ]}
            />
          </div>
        </Card>
        <Card title="What can be done">
          <ul className="stack">
            {CAPABILITIES.map(([key, label, hint]) => {
              const { available, reason: why, scope } = account.capabilities[key]
              return (
                <li key={key} className="cell-who">
                  <span className={`avatar ${available ? 'good' : 'calm'}`}>
                    <Icon name={available ? 'check' : 'close'} />
                  </span>
                  <div>
                    <strong>{label}</strong>
                    <div className="soft small">
                      {available
                        ? hint
                        : why === 'scope_missing'
                          ? `The creator did not grant ${scope}`
                          : why === 'not_supported'
                            ? 'The platform does not offer it'
                            : 'Not while the account is not connected'}
                    </div>
                  </div>
                </li>
              )
            })}
          </ul>
        </Card>
        {!ended && <Reading accountId={account.id} connected={account.status === 'connected'} />}
        <Consents accountId={account.id} />
      </div>
      {!ended && (
        <Card
          title="Latest posts"
          flush
          actions={
            <Link to="/posts" search={{ account: account.id }} className="small">
              All posts
            </Link>
          }
        >
          <PostTable posts={posts.items} />
          <ListEnd list={{ ...posts, hasMore: false }} empty={<p className="more soft">No posts yet</p>} />
        </Card>
      )}
      {report !== undefined && <ErasureReport report={report} onClose={() => setReport(undefined)} />}
    </Page>
  )
}

function Reading({ accountId, connected }: { accountId: string; connected: boolean }) {
  const may = useMay()
  const params = { account_id: accountId }
  const sync = useQuery({
    queryKey: ['accounts', 'sync', accountId],
    queryFn: ({ signal }) => call('accountData.sync', { params }, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 2_000 : 30_000),
  })
  const profile = useQuery({
    queryKey: ['accounts', 'profile', accountId],
    queryFn: ({ signal }) => call('accountData.profile', { params }, { signal }),
  })
  const request = useAct(() => call('accountData.requestSync', { params }), {
    stale: ['accounts'],
    done: ({ runs_at }) => (runs_at === null ? 'It is being read' : 'It is read as soon as TikTok allows'),
  })
  const number = (key: string): string => {
    const value = profile.data?.profile?.[key]
    return typeof value === 'number' ? value.toLocaleString() : '–'
  }
  return (
    <Card
      title="What was read"
      actions={
        <>
          <Link to="/analytics" search={{ account: accountId }} className="small">
            Analytics
          </Link>
          {may('accounts:write') && connected && (
            <Button onClick={() => request.mutate()} busy={request.isPending}>
              Read now
            </Button>
          )}
        </>
      }
    >
      <Facts
        of={[
          ['Followers', number('follower_count')],
          ['Likes', number('likes_count')],
          ['Videos', number('video_count')],
          ['Read last', <Time key="l" at={sync.data?.last_completed_at ?? null} />],
          [
            'Read next',
            sync.data?.state === 'running' ? (
              'now'
            ) : sync.data?.state === 'stopped' ? (
              'not any more'
            ) : (
              <Time key="n" at={sync.data?.runs_at ?? null} />
            ),
          ],
          ...(sync.data?.last_failure == null ? [] : [['Last failure', sync.data.last_failure] as const]),
          ...(sync.data?.skipped ?? []).map(
            ({ part, scope }) => [`Left out: ${part}`, `needs ${scope}`] as const,
          ),
        ]}
      />
    </Card>
  )
}

function Consents({ accountId }: { accountId: string }) {
  const list = useList('accounts', 'connectedAccounts.listConsents', {
    params: { account_id: accountId },
    query: { limit: 10 },
  })
  return (
    <Card title="What the creator agreed to">
      <ul className="stack">
        {list.items.map((consent) => (
          <li key={consent.id}>
            <Facts
              of={[
                ['Agreed', <Time key="g" at={consent.granted_at} show="exact" />],
                [
                  consent.ended_at === null ? 'Token life' : 'Ended',
                  consent.ended_at === null ? (
                    <span key="e">
                      renewed by itself; without that it ends <Time at={consent.expires_at} />
                    </span>
                  ) : (
                    <span key="e">
                      <Time at={consent.ended_at} show="exact" />
                      {consent.end_reason === null ? '' : ` (${consent.end_reason.replaceAll('_', ' ')})`}
                    </span>
                  ),
                ],
                ['Granted', consent.scopes_granted.join(', ') || 'nothing'],
                ...(consent.ip === null ? [] : [['From', consent.ip] as const]),
              ]}
            />
          </li>
        ))}
      </ul>
      <ListEnd list={list} empty={<p className="soft">Nothing is on record.</p>} />
    </Card>
  )
}

const GRANT: Readonly<Record<Report['grant_at_tiktok'], string>> = {
  revoked: 'revoked',
  already_gone: 'was gone already',
  none: 'there was none',
  not_revoked: 'could not be revoked; the creator can remove the app at TikTok',
}

function ErasureReport({ report, onClose }: { report: Report; onClose: () => void }) {
  return (
    <Dialog title="Erased" onClose={onClose}>
      <Facts
        of={[
          ['At', <Time key="a" at={report.erased_at} show="exact" />],
          ['Grant at TikTok', GRANT[report.grant_at_tiktok]],
          ...Object.entries(report.erased).map(
            ([what, count]) => [what.replaceAll('_', ' '), count.toLocaleString()] as const,
          ),
        ]}
      />
      <div className="dialog-end">
        <Button
          onClick={() => {
            const url = URL.createObjectURL(
              new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' }),
            )
            const link = document.createElement('a')
            link.href = url
            link.download = `erasure-${report.account_id}.json`
            link.click()
            URL.revokeObjectURL(url)
          }}
        >
          Save the report
        </Button>
        <Button look="main" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  )
}

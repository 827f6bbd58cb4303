/** What can be done with a post in the state that it is in, by somebody who may. */
import { useState } from 'react'
import { call } from '../data/api.ts'
import { useAct } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, ProblemNote, TextArea, TextField } from '../ui/controls.tsx'
import { AskFirst, FormDialog } from '../ui/dialog.tsx'
import { canCancel, isUnsent, type Post } from '../words/post-words.ts'
import { inputToInstant, instantToInput } from '../words/times.ts'

const stale = ['posts']

export function PostActions({ post }: { post: Post }) {
  const may = useMay()
  const [open, setOpen] = useState<'move' | 'reject' | 'overrule' | 'resolve'>()
  const params = { post_id: post.id }
  const approve = useAct(() => call('posts.approve', { params, body: { version: post.version } }), {
    stale,
    done: 'Approved',
  })
  const cancel = useAct(() => call('posts.cancel', { params }), {
    stale,
    done: ({ state }) =>
      state === 'cancelled' ? 'Cancelled' : 'It is cancelled as soon as TikTok confirms it',
  })
  const retry = useAct(() => call('posts.retry', { params }), { stale, done: 'It is tried again' })
  const close = (): void => setOpen(undefined)
  return (
    <>
      {post.state === 'waiting_for_approval' && may('posts:approve') && (
        <>
          <Button look="main" icon="check" onClick={() => approve.mutate()} busy={approve.isPending}>
            Approve
          </Button>
          <Button onClick={() => setOpen('reject')}>Reject</Button>
        </>
      )}
      {post.state === 'media_blocked' && may('posts:overrule') && (
        <Button onClick={() => setOpen('overrule')}>Overrule the finding</Button>
      )}
      {post.state === 'needs_attention' && may('posts:write') && (
        <Button look="main" onClick={() => setOpen('resolve')}>
          Say what happened
        </Button>
      )}
      {post.state === 'failed' && may('posts:write') && (
        <Button look="main" onClick={() => retry.mutate()} busy={retry.isPending}>
          Try again
        </Button>
      )}
      {isUnsent(post) && may('posts:write') && <Button onClick={() => setOpen('move')}>Move</Button>}
      {canCancel(post) && may('posts:write') && (
        <AskFirst
          title="Cancel this post?"
          question="It does not go out. It stays in the list, and cannot be taken up again."
          confirm="Cancel the post"
          onConfirm={() => cancel.mutate()}
          disabled={cancel.isPending}
        >
          Cancel
        </AskFirst>
      )}
      {open === 'move' && <MoveDialog post={post} onClose={close} />}
      {open === 'reject' && <ReasonDialog post={post} what="reject" onClose={close} />}
      {open === 'overrule' && <ReasonDialog post={post} what="overrule" onClose={close} />}
      {open === 'resolve' && <ResolveDialog post={post} onClose={close} />}
    </>
  )
}

export function MoveDialog({ post, onClose }: { post: Post; onClose: () => void }) {
  const [at, setAt] = useState(instantToInput(post.slot_at ?? post.scheduled_at))
  const move = useAct(
    (to: 'time' | 'now' | 'slot') =>
      call('posts.reschedule', {
        params: { post_id: post.id },
        body:
          to === 'time'
            ? { scheduled_at: inputToInstant(at) }
            : to === 'slot'
              ? { schedule: 'next_slot' }
              : {},
      }),
    { stale, quiet: true, done: 'Moved', after: onClose },
  )
  return (
    <FormDialog
      title="Move this post"
      submit="Move to this time"
      onClose={onClose}
      onSubmit={() => move.mutate('time')}
      busy={move.isPending}
      disabled={at === ''}
    >
      <TextField
        label="Goes out at"
        type="datetime-local"
        hint={`By the clocks of ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
        value={at}
        onChange={(event) => setAt(event.target.value)}
      />
      <div className="actions">
        <Button onClick={() => move.mutate('now')} busy={move.isPending}>
          Post now
        </Button>
        <Button onClick={() => move.mutate('slot')} busy={move.isPending}>
          Next free slot of the queue
        </Button>
      </div>
      <ProblemNote error={move.error} />
    </FormDialog>
  )
}

function ReasonDialog({
  post,
  what,
  onClose,
}: {
  post: Post
  what: 'reject' | 'overrule'
  onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const params = { post_id: post.id }
  const act = useAct(
    () =>
      what === 'reject'
        ? call('posts.reject', { params, body: { reason, version: post.version } })
        : call('posts.overruleMedia', { params, body: { reason } }),
    {
      stale: [...stale, 'media'],
      quiet: true,
      done: what === 'reject' ? 'Rejected' : 'Overruled; it goes on',
      after: onClose,
    },
  )
  return (
    <FormDialog
      title={what === 'reject' ? 'Reject this post' : 'Let it go out all the same'}
      submit={what === 'reject' ? 'Reject' : 'Overrule'}
      onClose={onClose}
      onSubmit={() => act.mutate()}
      busy={act.isPending}
      disabled={reason.trim() === ''}
    >
      <TextArea
        label="Why"
        hint={
          what === 'reject'
            ? 'Whoever made it reads this.'
            : 'Stays on record with your name, for these findings and this file.'
        }
        maxLength={1000}
        required
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <ProblemNote error={act.error} />
    </FormDialog>
  )
}

function ResolveDialog({ post, onClose }: { post: Post; onClose: () => void }) {
  const [id, setId] = useState('')
  const act = useAct(
    (outcome: 'happened' | 'did_not_happen') =>
      call('posts.resolve', {
        params: { post_id: post.id },
        body: { outcome, ...(outcome === 'happened' && id !== '' ? { post_id: id } : {}) },
      }),
    { stale, quiet: true, done: 'Noted', after: onClose },
  )
  return (
    <FormDialog
      title="What happened to it?"
      submit="It was posted"
      onClose={onClose}
      onSubmit={() => act.mutate('happened')}
      busy={act.isPending}
    >
      <p>
        Look at the profile, or for a draft at the inbox, in TikTok first. The hub does not guess: guessing
        could post it twice.
      </p>
      <TextField
        label="Its id at TikTok, where you know it (optional)"
        inputMode="numeric"
        pattern="\d{1,20}"
        value={id}
        onChange={(event) => setId(event.target.value)}
      />
      <ProblemNote error={act.error} />
      <div>
        <Button onClick={() => act.mutate('did_not_happen')} busy={act.isPending}>
          It was not posted
        </Button>
      </div>
    </FormDialog>
  )
}

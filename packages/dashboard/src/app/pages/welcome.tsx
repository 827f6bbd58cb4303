/** Where a link of an invitation leads: somebody makes their account, or sets another password. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { callSession } from '../data/api.ts'
import { useAct } from '../data/lists.ts'
import { Button, errorFor, ProblemNote, TextField } from '../ui/controls.tsx'
import { Loading } from '../ui/show.tsx'
import { Door } from './door.tsx'

interface Invitation {
  kind: 'first' | 'invite' | 'reset'
  role: string
  workspace: string
  login: string | null
}

const LEAST = 12

export function Welcome() {
  const client = useQueryClient()
  const router = useRouter()
  // Read once and kept here alone: the address goes without it as soon as the page is left.
  const [token] = useState(() => location.hash.slice(1))
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => callSession<Invitation>('POST', '/session/invitation', { token }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const [form, setForm] = useState({ login: '', name: '', password: '' })
  const isReset = invitation.data?.kind === 'reset'
  const accept = useAct(
    () =>
      callSession(
        'POST',
        '/session/accept',
        isReset ? { token, password: form.password } : { token, ...form },
      ),
    {
      quiet: true,
      after: async () => {
        await client.invalidateQueries({ queryKey: ['session'] })
        await router.invalidate()
        await router.navigate({ to: '/', replace: true })
      },
    },
  )
  const send = (event: FormEvent): void => {
    event.preventDefault()
    accept.mutate()
  }
  const field = (name: keyof typeof form) => ({
    name,
    value: form[name],
    required: true,
    onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
    error: errorFor(accept.error, name),
  })
  if (invitation.isLoading)
    return (
      <Door title="Welcome">
        <Loading rows={3} />
      </Door>
    )
  if (invitation.data === undefined)
    return (
      <Door title="This link does not open">
        <ProblemNote error={invitation.error} />
        <p className="soft">
          Links are used once and expire. Ask whoever sent it for another; on a first start, start the hub
          again.
        </p>
      </Door>
    )
  const { kind, role, workspace } = invitation.data
  return (
    <Door
      title={
        kind === 'first' ? 'Make the first account' : isReset ? 'Set another password' : `Join ${workspace}`
      }
      intro={
        kind === 'first'
          ? 'You will be the owner of this hub: keys, apps, people, everything.'
          : isReset
            ? `For ${invitation.data.login}. All sessions of this account end.`
            : `You will be ${role === 'owner' || role === 'approver' ? 'an' : 'a'} ${role} here.`
      }
    >
      <form onSubmit={send} className="stack">
        {!isReset && (
          <>
            <TextField label="Your name" autoComplete="name" maxLength={100} {...field('name')} />
            <TextField
              label="Login"
              hint="An address or a short name, without spaces. You type it to sign in."
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={200}
              {...field('login')}
            />
          </>
        )}
        <TextField
          label="Password"
          type="password"
          hint={`At least ${LEAST} characters. A few words are easy to remember. You can add a passkey later.`}
          autoComplete="new-password"
          minLength={LEAST}
          maxLength={256}
          {...field('password')}
        />
        <ProblemNote error={accept.error} />
        <Button type="submit" look="main" busy={accept.isPending}>
          {isReset ? 'Set password' : 'Make account'}
        </Button>
      </form>
    </Door>
  )
}

/** Signing in, by password or passkey. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { callSession } from '../data/api.ts'
import { useAct } from '../data/lists.ts'
import { signInWithPasskey } from '../data/passkey.ts'
import { sessionQuery } from '../data/session.ts'
import { Button, ProblemNote, TextField } from '../ui/controls.tsx'
import { Note } from '../ui/show.tsx'
import { Door } from './door.tsx'

export function Login() {
  const client = useQueryClient()
  const router = useRouter()
  const { data: session } = useQuery(sessionQuery)
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const enter = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['session'] })
    await router.invalidate()
    await router.navigate({ to: '/' })
  }
  const byPassword = useAct(() => callSession('POST', '/session', { login, password }), {
    quiet: true,
    after: () => void enter(),
  })
  const byPasskey = useAct(signInWithPasskey, { quiet: true, after: () => void enter() })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    byPassword.mutate()
  }
  const firstStart = session?.person === null && session.first_start
  return (
    <Door title="Sign in">
      {firstStart && (
        <Note tone="warn">
          Nobody has an account yet. Open the link that the hub printed when it started: it makes the first
          one.
        </Note>
      )}
      <form onSubmit={send} className="stack">
        <TextField
          label="Login"
          name="login"
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={login}
          onChange={(event) => setLogin(event.target.value)}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <ProblemNote error={byPassword.error ?? byPasskey.error} />
        <Button type="submit" look="main" busy={byPassword.isPending}>
          Sign in
        </Button>
      </form>
      {'PublicKeyCredential' in window && (
        <>
          <p className="or">or</p>
          <Button icon="keys" busy={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
            Use a passkey
          </Button>
        </>
      )}
    </Door>
  )
}

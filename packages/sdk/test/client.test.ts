import { AuthError, TikTok } from '@tockwork/sdk'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { fakeServer, ok, tokens } from './fake-server.ts'

const credentials = { clientKey: 'key', clientSecret: 'secret', redirectUri: 'https://example.com/callback' }

describe('a login and a first call', () => {
  test('consent address, callback, exchange, user info', async () => {
    await using server = await fakeServer(({ path }) =>
      path === '/v2/oauth/token/' ? tokens() : ok({ user: { open_id: 'user-1', display_name: 'Mika' } }),
    )
    const tiktok = new TikTok({ ...credentials, origin: server.origin })
    const started = await tiktok.auth.start({ scopes: ['user.info.basic', 'video.publish'] })
    const url = new URL(started.url)
    expect(url.origin + url.pathname).toBe(`${server.origin}/v2/auth/authorize/`)
    expect(url.searchParams.get('scope')).toBe('user.info.basic,video.publish')
    expect(url.searchParams.get('code_challenge')).toMatch(/^[0-9a-f]{64}$/)
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')

    const back = `https://example.com/callback?code=abc%2A0%216410&scopes=user.info.basic&state=${started.state}`
    const grant = await tiktok.auth.finish(back, started)
    expect(grant).toMatchObject({
      openId: 'user-1',
      scopes: ['user.info.basic', 'video.list'],
      missingScopes: ['video.publish'],
    })
    const form = new URLSearchParams(server.requests[0]!.body)
    expect(Object.fromEntries(form)).toEqual({
      client_key: 'key',
      client_secret: 'secret',
      grant_type: 'authorization_code',
      code: 'abc*0!6410',
      redirect_uri: 'https://example.com/callback',
      code_verifier: started.codeVerifier,
    })

    const user = await tiktok.as('user-1').user.info(['open_id', 'display_name'])
    expect(user).toEqual({ open_id: 'user-1', display_name: 'Mika' })
    expectTypeOf(user.display_name).toEqualTypeOf<string>()
    // @ts-expect-error was not asked for
    expect(user.follower_count).toBeUndefined()
    const call = server.requests[1]!
    expect(call.headers.authorization).toMatch(/^Bearer act\.access/)
    expect(call.query.get('fields')).toBe('open_id,display_name')
  })

  test('a scope that was not granted is refused before anything is sent', async () => {
    await using server = await fakeServer(() => tokens())
    const tiktok = new TikTok({ ...credentials, origin: server.origin })
    await tiktok.auth.exchange({ code: 'x' })
    const failure = await tiktok
      .as('user-1')
      .user.info(['follower_count'])
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AuthError)
    expect(failure).toMatchObject({ code: 'scope_permission_missed', needs: 'scope' })
    expect(String(failure)).toContain('user.info.stats')
    expect(server.requests).toHaveLength(1)
  })
})

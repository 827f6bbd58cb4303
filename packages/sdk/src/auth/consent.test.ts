import { VERIFIER_PATTERN } from '@tockwork/contracts/oauth'
import { AuthError, cryptoRandom, UsageError } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { parseCallback, startConsent } from './consent.ts'
import { base64url, challengeOf, makeVerifier, sameText } from './pkce.ts'

const app = { clientKey: 'KEY', origin: undefined, random: cryptoRandom }
const options = { scopes: ['user.info.basic', 'video.list'], redirectUri: 'https://example.com/callback' }

describe('PKCE', () => {
  // The reference's vector.
  const verifier = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG'

  test("TikTok's hex challenge", async () => {
    expect(await challengeOf(verifier)).toBe(
      '834b6e67aab8d76ccef4846478052cf0737a3107973ec19c7b7ec9dd1b1cf304',
    )
  })

  test('base64url is the same digest', async () => {
    const text = await challengeOf(verifier, 'base64url')
    expect(Buffer.from(text, 'base64url').toString('hex')).toBe(await challengeOf(verifier))
    expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('verifiers have the documented shape and differ', () => {
    const made = Array.from({ length: 50 }, () => makeVerifier(cryptoRandom))
    for (const each of made) expect(each).toMatch(VERIFIER_PATTERN)
    expect(new Set(made).size).toBe(50)
  })

  test('base64url agrees with an independent implementation', () => {
    const bytes = cryptoRandom.bytes(57)
    expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
  })

  test.each([
    ['', '', true],
    ['a', '', false],
    ['', 'a', false],
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcabc', false],
  ])('sameText(%j, %j) is %s', (a, b, same) => {
    expect(sameText(a, b)).toBe(same)
  })
})

describe('the consent address', () => {
  test('has what the login pages list', async () => {
    const started = await startConsent(app, options)
    const url = new URL(started.url)
    expect(url.origin + url.pathname).toBe('https://www.tiktok.com/v2/auth/authorize/')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_key: 'KEY',
      response_type: 'code',
      scope: 'user.info.basic,video.list',
      redirect_uri: 'https://example.com/callback',
      state: started.state,
      code_challenge: await challengeOf(started.codeVerifier ?? ''),
      code_challenge_method: 'S256',
    })
    expect(started.state.length).toBeGreaterThanOrEqual(32)
  })

  test('PKCE can be base64url or left out; consent can be forced', async () => {
    const bare = await startConsent(app, { ...options, pkce: false, forceConsent: true, state: 'mine' })
    const url = new URL(bare.url)
    expect(url.searchParams.has('code_challenge')).toBe(false)
    expect(url.searchParams.get('disable_auto_auth')).toBe('1')
    expect(bare).toMatchObject({ state: 'mine', redirectUri: options.redirectUri })
    expect(bare).not.toHaveProperty('codeVerifier')
    const rfc = await startConsent(app, { ...options, pkce: 'base64url' })
    expect(new URL(rfc.url).searchParams.get('code_challenge')).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('no scope is a mistake', async () => {
    await expect(startConsent(app, { ...options, scopes: [] })).rejects.toThrow(UsageError)
  })
})

describe('the callback', () => {
  const query = 'code=a%2Ab%210&scopes=user.info.basic%2C%20video.list&state=S'

  test.each([
    ['a whole address', `https://example.com/callback?${query}#_`],
    ['a URL', new URL(`https://example.com/callback?${query}`)],
    ['a path', `/callback?${query}`],
    ['a query', query],
    ['parameters', new URLSearchParams(query)],
  ])('is read from %s', (_name, from) => {
    expect(parseCallback(from, { state: 'S' })).toEqual({
      code: 'a*b!0',
      scopes: ['user.info.basic', 'video.list'],
    })
  })

  test('a denial keeps its code', () => {
    const denied = () =>
      parseCallback('?error=access_denied&error_description=User%20cancelled&state=S', { state: 'S' })
    expect(denied).toThrow(AuthError)
    expect(denied).toThrow(
      expect.objectContaining({ code: 'access_denied', needs: 'reconnect', retry: 'never' }),
    )
    expect(denied).toThrow('User cancelled')
  })

  test('a denial without state is believed, one with the wrong state is not', () => {
    expect(() => parseCallback('?error=access_denied', { state: 'S' })).toThrow(
      expect.objectContaining({ code: 'access_denied' }),
    )
    expect(() => parseCallback('?error=access_denied&state=X', { state: 'S' })).toThrow(
      expect.objectContaining({ code: 'state_mismatch' }),
    )
  })

  test.each(['?code=a&state=T', '?code=a&state=', '?code=a'])('%s does not belong to this login', (from) => {
    expect(() => parseCallback(from, { state: 'S' })).toThrow(
      expect.objectContaining({ code: 'state_mismatch' }),
    )
  })

  test('neither code nor error is a mistake', () => {
    expect(() => parseCallback('?state=S', { state: 'S' })).toThrow(UsageError)
  })
})

import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function logged(detail: object, message = 'Something happened'): Record<string, unknown> {
  const lines: string[] = []
  createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }).info(detail, message)
  return JSON.parse(lines.join('')) as Record<string, unknown>
}

test('a code that says why something failed is legible, wherever it stands', () => {
  for (const code of [
    'invalid_grant',
    'lease_short',
    'ECONNRESET',
    'UND_ERR_SOCKET',
    '42P01',
    '57P01',
    'internal',
    503,
  ])
    expect(logged({ code, failure: { code }, err: { deep: { code } } })).toMatchObject({
      code,
      failure: { code },
      err: { deep: { code } },
    })
})

test('an authorization code is not, nor is anything else that is no reason', () => {
  for (const code of [
    'EXKq2jvaXjmxmIbDVw8Bi2Lsc0dpVU2hQtLOyR1Wj4s*0!4321',
    'a1b2c3d4e5f6a7b8',
    'AbCdEfGh',
    'x'.repeat(65),
    ['invalid_grant'],
    { is: 'hidden' },
  ]) {
    const line = logged({ code, query: { code }, visit: { query: { code } } })
    expect(line).toMatchObject({
      code: '[secret]',
      query: { code: '[secret]' },
      visit: { query: { code: '[secret]' } },
    })
  }
})

test('secrets are removed by the name of their field, and out of texts by their shape', () => {
  const line = JSON.stringify(
    logged(
      {
        access_token: 'hidden-1',
        tokens: { refreshToken: 'hidden-2' },
        url: 'https://x.example/cb?code=hidden-3&state=hidden-4',
        err: new Error('postgres://hub:hidden-5@db/hub refused act.hidden6'),
        req: { headers: { authorization: 'Bearer hidden-7' } },
      },
      'Called with twk_live_hidden8 and Bearer hidden-9',
    ),
  )
  expect(line).not.toContain('hidden')
})

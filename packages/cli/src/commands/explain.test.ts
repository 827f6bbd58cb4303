import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { explain } from './explain.ts'

async function explained(code: string): Promise<{ value: Record<string, unknown>; lines: string }> {
  let told: { value: unknown; lines: readonly string[] } | undefined
  const out = {
    style: (_style: string, text: string) => text,
    result: (value: unknown, lines: readonly string[]) => {
      told = { value, lines }
    },
  } as unknown as Context['out']
  await explain({ out, cwd: tmpdir() }, code)
  return { value: told?.value as Record<string, unknown>, lines: told?.lines.join('\n') ?? '' }
}

const FIXED = ['code', 'api', 'meaning', 'retry', 'action', 'sources']

test('says where sources disagree, and what is unconfirmed', async () => {
  const { value, lines } = await explained('invalid_grant')
  expect(Object.keys(value)).toEqual([...FIXED, 'notes'])
  expect(lines).toContain('Sources disagree: HTTP status of OAuth errors')
  expect(lines).toContain('Unconfirmed (seen on the wire, not documented): A sandbox refused a refresh token')
})

test('has the fixed keys alone where nothing else is known', async () => {
  expect(Object.keys((await explained('frame_rate_check_failed')).value)).toEqual(FIXED)
})

test('a note is about the whole word', async () => {
  // `spam_risk` is a code of its own; what is said of spam_risk_too_many_posts is not about it.
  expect((await explained('spam_risk')).lines).not.toContain('Posts of one creator in 24 hours')
})

test('says of a code that no page lists that it is unconfirmed', async () => {
  const { value, lines } = await explained('daily_quota_limit_exceeded')
  expect(value).toMatchObject({ api: 'open', retry: 'after' })
  expect(lines).toContain('Unconfirmed (seen on the wire, not documented): No page of TikTok lists the code')
})

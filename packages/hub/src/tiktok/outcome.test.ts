import { ContractError, PlatformError, TransportError, UsageError } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { kindOf } from '../publishing/failures.ts'
import { attempt } from './outcome.ts'

const sentOf = async (error: Error): Promise<string | undefined> => {
  const result = await attempt(() => Promise.reject(error))
  return result.ok ? undefined : result.failure.sent
}

test('only a plain no counts as one: whatever leaves a doubt says so', async () => {
  const answered = { code: 'spam_risk', retry: 'never', httpStatus: 403 } as const
  expect(await sentOf(new PlatformError('no', answered))).toBe('answered')
  expect(await sentOf(new PlatformError('busy', { ...answered, httpStatus: 503 }))).toBe('maybe')
  expect(await sentOf(new UsageError('ours', { code: 'invalid_input' }))).toBe('no')
  const lost = { code: 'connection_lost', retry: 'outcome-unknown' } as const
  expect(await sentOf(new TransportError('cut', { ...lost, sent: 'maybe' }))).toBe('maybe')
  expect(await sentOf(new TransportError('refused', { ...lost, sent: 'no' }))).toBe('no')
})

test('a yes that cannot be read is a lost answer, not a refusal that ends the post', async () => {
  for (const retry of ['never', 'outcome-unknown'] as const) {
    const unread = new ContractError('not JSON', { code: 'unexpected_answer', retry, httpStatus: 200 })
    const result = await attempt(() => Promise.reject(unread))
    expect(result.ok ? undefined : kindOf(result.failure)).toBe('lost')
  }
})

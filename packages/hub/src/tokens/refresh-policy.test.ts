import { seededRandom } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { refreshDueAt, retryAt, usableUntil } from './refresh-policy.ts'

const HOUR = 3_600_000
const random = seededRandom(3)

test('accounts of one moment are spread over 15 % of the life that TikTok answered', () => {
  for (const life of [2 * HOUR, 24 * HOUR]) {
    const times = Array.from({ length: 2_000 }, () =>
      refreshDueAt({ obtainedAt: 0, expiresAt: life, refreshExpiresAt: 8_760 * HOUR }, random),
    )
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0.7 * life)
    expect(Math.max(...times)).toBeLessThanOrEqual(0.85 * life)
    const minutes = new Map<number, number>()
    for (const at of times) {
      const minute = Math.floor(at / (life / 100))
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
    }
    expect(minutes.size).toBeGreaterThanOrEqual(15)
    expect(Math.max(...minutes.values())).toBeLessThan(250)
  }
})

test('a refresh token that ends before the access token decides', () => {
  const due = refreshDueAt({ obtainedAt: 0, expiresAt: 24 * HOUR, refreshExpiresAt: HOUR }, random)
  expect(due).toBeLessThan(HOUR)
  expect(refreshDueAt({ obtainedAt: 5, expiresAt: 5, refreshExpiresAt: 0 }, random)).toBe(5)
})

test('pauses double up to half an hour, and never end before TikTok says', () => {
  const longest = { next: () => 1, bytes: random.bytes }
  const pauses = Array.from({ length: 14 }, (_, at) => retryAt(0, at + 1, undefined, longest))
  expect(pauses.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000])
  expect(pauses.at(-1)).toBe(HOUR / 2)
  expect(retryAt(0, 5_000, undefined, longest)).toBe(HOUR / 2)
  expect(retryAt(0, 1, 90_000, longest)).toBe(90_000)
})

test('a token is handed out while a call with it can still arrive', () => {
  expect(usableUntil({ obtainedAt: 0, expiresAt: 24 * HOUR })).toBe(24 * HOUR - 60_000)
  expect(usableUntil({ obtainedAt: 0, expiresAt: 100_000 })).toBe(95_000)
})

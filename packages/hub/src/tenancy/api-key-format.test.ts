import { cryptoRandom, type Random } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import {
  API_KEY_PATTERN,
  hashApiKey,
  looksLikeApiKey,
  makeApiKey,
  sameHash,
  visiblePart,
} from './api-key-format.ts'

const all = (byte: number): Random => ({
  next: () => 0,
  bytes: (length) => new Uint8Array(length).fill(byte),
})

test('a key has one length whatever its bytes, and is found in a text by its pattern', () => {
  for (const random of [all(0), all(255), cryptoRandom]) {
    const key = makeApiKey('live', random).reveal()
    expect(key).toHaveLength('twk_live_'.length + 49)
    expect(looksLikeApiKey(key)).toBe(true)
    expect(API_KEY_PATTERN.exec(`curl -H "Authorization: Bearer ${key}" x`)?.[0]).toBe(key)
  }
  expect(makeApiKey('test', cryptoRandom).reveal()).toMatch(/^twk_test_/)
  expect(makeApiKey('live', cryptoRandom).reveal()).not.toBe(makeApiKey('live', cryptoRandom).reveal())
})

test('a key with any digit changed is told from a real one without asking the database', () => {
  const key = makeApiKey('live', cryptoRandom).reveal()
  for (let at = 0; at < key.length; at += 1) {
    const changed = `${key.slice(0, at)}${key[at] === '7' ? '8' : '7'}${key.slice(at + 1)}`
    expect(looksLikeApiKey(changed), changed).toBe(false)
  }
  for (const other of ['', 'twk_live_', `${key}0`, ` ${key}`, key.slice(0, -1), key.replace('live', 'test')])
    expect(looksLikeApiKey(other), other).toBe(false)
})

test('the key itself cannot be printed, and what is shown of it is a beginning', () => {
  const key = makeApiKey('live', cryptoRandom)
  expect(JSON.stringify({ key })).toBe('{"key":"[secret]"}')
  expect(visiblePart(key)).toHaveLength(13)
  expect(key.reveal().startsWith(visiblePart(key))).toBe(true)
})

test('hashes are compared whole', () => {
  const hash = hashApiKey('twk_live_a')
  expect(hash).toHaveLength(32)
  expect(sameHash(hash, hashApiKey('twk_live_a'))).toBe(true)
  expect(sameHash(hash, hashApiKey('twk_live_b'))).toBe(false)
  expect(sameHash(hash, hash.subarray(1))).toBe(false)
})

import { Worker } from 'node:worker_threads'
import { seededRandom } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { distance, HASH_WORDS } from '../src/fingerprint/hash.ts'
import { FingerprintIndex, HashIndex, type StoredFingerprint } from '../src/originality.ts'

const COUNT = 40_000
const random = seededRandom(7)
const all = new Uint32Array(COUNT * HASH_WORDS)
for (let i = 0; i < all.length; i++) all[i] = random.next() * 2 ** 32
/** Some lie near the first thousand, at every distance that matters. */
const near = new Uint32Array(1000 * HASH_WORDS)
for (let i = 0; i < 1000; i++) {
  near.set(all.subarray(i * HASH_WORDS, (i + 1) * HASH_WORDS), i * HASH_WORDS)
  for (let flips = i % 60; flips > 0; flips--) {
    const bit = Math.floor(random.next() * 256)
    near[i * HASH_WORDS + (bit >>> 5)] =
      ((near[i * HASH_WORDS + (bit >>> 5)] as number) ^ (1 << (bit & 31))) >>> 0
  }
}

function filled(): HashIndex {
  const index = new HashIndex()
  for (let i = 0; i < COUNT; i++) index.add(all, i, i)
  return index
}

function found(index: HashIndex, at: number, radius: number): [number, number][] {
  const hits: [number, number][] = []
  index.search(near, at, radius, (owner, bits) => hits.push([owner, bits]))
  return hits.sort(([a], [b]) => a - b)
}

describe('an index of hashes', () => {
  const index = filled()

  test.each([0, 15, 16, 31, 47])('finds exactly what lies within %i bits, each once', (radius) => {
    for (let i = 0; i < 120; i++) {
      const expected: [number, number][] = []
      for (let j = 0; j < COUNT; j++) {
        const bits = distance(near, i, all, j)
        if (bits <= radius) expected.push([j, bits])
      }
      expect(found(index, i, radius)).toEqual(expected)
    }
  })

  test('does not find what was removed', () => {
    const own = filled()
    own.remove(5)
    own.remove(5)
    expect(found(own, 5, 31)).toEqual([])
    expect(own.waste).toBe(1 / COUNT)
    expect(found(own, 6, 31)).toEqual([[6, 6]])
  })

  test('is searched by another thread in the same memory', async () => {
    const source = `
      import { parentPort, workerData } from 'node:worker_threads'
      const { HashIndex } = await import(workerData.module)
      const index = new HashIndex(workerData.shared)
      const hits = []
      for (let i = 0; i < 100; i++) index.search(workerData.near, i, 31, (owner) => hits.push(owner))
      parentPort.postMessage(hits)
    `
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
      workerData: {
        shared: index.share(),
        near,
        module: new URL('../src/library/hash-index.ts', import.meta.url).href,
      },
      execArgv: ['--no-warnings'],
    })
    const hits = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    const expected: number[] = []
    for (let i = 0; i < 100; i++) index.search(near, i, 31, (owner) => expected.push(owner))
    expect(hits).toEqual(expected)
  })

  test('costs the same a hash at any size, in pieces that are never copied', () => {
    const growing = new HashIndex()
    const before = growing.bytes
    growing.add(all, 0, 0)
    const piece = growing.bytes - before
    for (let i = 1; i < 32_768; i++) growing.add(all, i, i)
    expect(growing.bytes).toBe(before + piece)
    expect(piece / 32_768).toBe(100)
    growing.add(all, 32_768, 1)
    expect(growing.bytes).toBe(before + 2 * piece)
  })

  test('refuses a radius for which it would miss some', () => {
    expect(() => index.search(near, 0, 48, () => undefined)).toThrow(RangeError)
  })
})

describe('an index of uploads', () => {
  /** Of one picture that shows enough, in the region that is always looked at. */
  const upload = (at: number): StoredFingerprint => ({
    kind: 'video',
    durationSec: 5,
    aspect: 1,
    fileSha256: String(at),
    grid: {
      times: Float32Array.of(0),
      kinds: Uint8Array.of(1),
      hashes: all.slice(at * HASH_WORDS, (at + 1) * HASH_WORDS),
      quality: Uint8Array.of(90),
    },
  })
  const query = (at: number) => ({
    kind: 'video' as const,
    durationSec: 5,
    fileSha256: 'x',
    turned: [],
    grid: { ...upload(0).grid, hashes: near.slice(at * HASH_WORDS, (at + 1) * HASH_WORDS) },
  })

  test('names all while they are few, and those that come near when they are many', () => {
    const index = new FingerprintIndex()
    for (let i = 0; i < 10; i++) index.add(`upload ${i}`, upload(i))
    expect(index.candidates(query(3))).toHaveLength(10)
    for (let i = 10; i < 500; i++) index.add(`upload ${i}`, upload(i))
    expect(index.candidates(query(3))).toEqual(['upload 3'])
    expect(index.candidates(query(40))).toEqual(['upload 40'])
    expect(index.stats).toMatchObject({ assets: 500, hashes: 500 })
  })

  test('forgets, and takes a new fingerprint in the place of an old one', () => {
    const index = new FingerprintIndex()
    for (let i = 0; i < 200; i++) index.add(`upload ${i}`, upload(i))
    expect(index.remove('upload 3')).toBe(true)
    expect(index.remove('upload 3')).toBe(false)
    expect(index.candidates(query(3))).toEqual([])
    index.add('upload 4', upload(3))
    expect(index.candidates(query(3))).toEqual(['upload 4'])
    expect(index.candidates(query(4))).toEqual([])
    expect(index.stats.assets).toBe(199)
  })
})

import { createPublicKey, verify } from 'node:crypto'
import { seededRandom } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { keyFrom, newKey } from '../src/bluesky/oauth/keys.ts'

test.each([0, 1, 2])(
  'what a key that begins with %i zero bytes signs holds under its public half',
  (zeros) => {
    const random = {
      ...seededRandom(1),
      bytes: (length: number) => new Uint8Array(length).fill(7, zeros),
    }
    const key = newKey(random)
    for (const signing of [key, keyFrom(key.text)]) {
      const [header = '', payload = '', signature = ''] = signing.jwt({ typ: 'JWT' }, { a: 1 }).split('.')
      const held = verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key: createPublicKey({ key: { ...signing.publicJwk }, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      )
      expect(held).toBe(true)
    }
    expect(Buffer.from(JSON.parse(key.text.reveal()).d, 'base64url')).toHaveLength(32)
  },
)

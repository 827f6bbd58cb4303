/** What is kept with tokens of OAuth: the key that they are bound to, and who renews them. */
import { Secret } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { keyFrom, type SigningKey } from './keys.ts'

const binding = z.object({ key: z.string(), issuer: z.string() })

export function bindingOf(key: SigningKey, issuer: string): Secret {
  return new Secret(JSON.stringify({ key: key.text.reveal(), issuer }))
}

/** @throws {TypeError} when it is not what `bindingOf` wrote; the text is not in the error. */
export function keyOf(text: Secret): SigningKey {
  return keyFrom(new Secret(read(text).key))
}

/** The server that gave the tokens. @throws {TypeError} */
export function issuerOf(text: Secret): string {
  return read(text).issuer
}

function read(text: Secret): z.infer<typeof binding> {
  try {
    return binding.parse(JSON.parse(text.reveal()))
  } catch {
    throw new TypeError('what was kept with the tokens of an account is damaged')
  }
}

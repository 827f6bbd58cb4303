/** The browser's side of passkeys. It turns the hub's JSON into what it signs, and back, by itself. */
import { callSession } from './api.ts'

type CreationJson = Parameters<typeof PublicKeyCredential.parseCreationOptionsFromJSON>[0]
type RequestJson = Parameters<typeof PublicKeyCredential.parseRequestOptionsFromJSON>[0]

export async function signInWithPasskey(): Promise<void> {
  const options = await callSession<RequestJson>('POST', '/session/passkey/challenge', {})
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = await asked(navigator.credentials.get({ publicKey }))
  await callSession('POST', '/session/passkey', { response: credential.toJSON() })
}

export async function addPasskey(name: string): Promise<void> {
  const options = await callSession<CreationJson>('POST', '/session/passkeys/challenge', {})
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  const credential = await asked(navigator.credentials.create({ publicKey }))
  await callSession('POST', '/session/passkeys', { name, response: credential.toJSON() })
}

async function asked(question: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const credential = await question.catch(() => null)
  if (credential instanceof PublicKeyCredential) return credential
  throw new Error('No passkey was given. Nothing has changed.')
}

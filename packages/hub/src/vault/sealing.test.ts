import { createSecretKey } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { cryptoRandom, Secret, UsageError } from '@tockwork/kernel'
import { expect, test } from 'vitest'
import { keysFromFile, LocalKeys, type MasterKey, parseMasterKeys } from './master-keys.ts'
import { keyVersionOf, type SealPlace, Vault, VaultError } from './sealing.ts'

const key = (version: number): MasterKey => ({
  version,
  key: createSecretKey(Buffer.alloc(32, version)),
})
const place: SealPlace = {
  workspaceId: 'ws_1',
  ownerId: 'acc_1',
  column: 'token_vault.sealed',
  generation: 3,
}
const TOKEN = 'act.very-secret-token'

test('what was sealed opens in its place, and nothing of it is readable in the envelope', async () => {
  const vault = new Vault(new LocalKeys([key(1)]))
  const envelope = await vault.seal(new Secret(TOKEN), place)
  expect((await vault.open(envelope, place)).reveal()).toBe(TOKEN)
  expect(Buffer.from(envelope).includes(TOKEN)).toBe(false)
  expect(envelope.length).toBe(93 + TOKEN.length)
  expect(await vault.seal(TOKEN, place)).not.toEqual(envelope)
  expect((await vault.open(await vault.seal('', place), place)).reveal()).toBe('')
})

test('a row swapped for another one does not open', async () => {
  const vault = new Vault(new LocalKeys([key(1)]))
  const envelope = await vault.seal(TOKEN, place)
  const elsewhere: SealPlace[] = [
    { ...place, workspaceId: 'ws_2' },
    { ...place, ownerId: 'acc_2' },
    { ...place, column: 'apps.secret_sealed' },
    { ...place, generation: 2 },
    // The same characters, cut elsewhere.
    { ...place, workspaceId: 'ws_1a', ownerId: 'cc_1' },
  ]
  for (const other of elsewhere) {
    await expect(vault.open(envelope, other)).rejects.toThrow(VaultError)
    const changed = new Vault(new LocalKeys([key(2), key(1)]))
    await expect(changed.rewrap(envelope, other)).rejects.toThrow(VaultError)
  }
})

test('a changed bit anywhere is noticed', async () => {
  const vault = new Vault(new LocalKeys([key(1), key(2), key(0x101)]))
  const envelope = await vault.seal(TOKEN, place)
  for (let at = 0; at < envelope.length; at += 1) {
    const changed = Uint8Array.from(envelope)
    changed[at] = changed[at]! ^ 1
    await expect(vault.open(changed, place), `byte ${at}`).rejects.toThrow()
  }
  for (const length of [0, 1, 92, envelope.length - 1])
    await expect(vault.open(envelope.subarray(0, length), place)).rejects.toThrow(VaultError)
})

test('parts of two envelopes of one place do not fit together', async () => {
  const vault = new Vault(new LocalKeys([key(1)]))
  const [first, second] = [await vault.seal('first', place), await vault.seal('other', place)]
  const mixed = Uint8Array.from(first)
  mixed.set(second.subarray(77), 77)
  await expect(vault.open(mixed, place)).rejects.toThrow(VaultError)
})

test('old envelopes stay readable while a new key seals, and are wrapped anew without touching the content', async () => {
  const old = new Vault(new LocalKeys([key(1)]))
  const both = new Vault(new LocalKeys([key(2), key(1)]))
  const renewed = new Vault(new LocalKeys([key(2)]))
  const envelope = await old.seal(TOKEN, place)
  expect((await both.open(envelope, place)).reveal()).toBe(TOKEN)
  await expect(renewed.open(envelope, place)).rejects.toMatchObject({ code: 'unknown_key_version' })

  const rewrapped = await both.rewrap(envelope, place)
  expect(keyVersionOf(rewrapped!)).toBe(2)
  expect(rewrapped!.subarray(77)).toEqual(envelope.subarray(77))
  expect((await renewed.open(rewrapped!, place)).reveal()).toBe(TOKEN)
  await expect(old.open(rewrapped!, place)).rejects.toMatchObject({ code: 'unknown_key_version' })
  expect(await both.rewrap(rewrapped!, place)).toBeUndefined()
})

test('keys are read from text, and a wrong text is described without being shown', async () => {
  const [a, b] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')]
  expect((await parseMasterKeys(a).current()).version).toBe(1)
  const two = parseMasterKeys(`2:${b},\n1:${a}`)
  expect((await two.current()).version).toBe(2)
  expect((await two.get(1)).key.export()).toEqual(Buffer.alloc(32, 1))
  for (const wrong of ['', 'hello', `${a},${b}`, `1:${a},1:${b}`, `0:${a}`, `3:${a.slice(4)}`, `${a}!`]) {
    const error = (() => {
      try {
        return parseMasterKeys(wrong)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error, wrong).toBeInstanceOf(UsageError)
    if (wrong !== '') expect(inspect(error) + JSON.stringify(error)).not.toContain(wrong)
  }
})

test('neither a vault nor its keys nor its errors print a secret', async () => {
  const keys = parseMasterKeys(`1:${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`)
  const vault = new Vault(keys)
  const envelope = await vault.seal(TOKEN, place)
  const opened = await vault.open(envelope, place)
  const error = await vault.open(envelope, { ...place, ownerId: 'x' }).catch((thrown: unknown) => thrown)
  for (const thing of [keys, vault, opened, error, await keys.current()]) {
    const printed = `${inspect(thing, { depth: 9, showHidden: true })} ${JSON.stringify(thing)} ${String(thing)}`
    for (const secret of [
      TOKEN,
      '0123456789abcdef',
      Buffer.from('0123456789abcdef0123456789abcdef').toString('base64'),
    ])
      expect(printed).not.toContain(secret)
  }
})

test('a key file is made once with mode 0600, however many start at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tockwork-keys-'))
  try {
    const path = join(folder, 'data', 'master-keys')
    const all = await Promise.all(Array.from({ length: 8 }, () => keysFromFile(path, cryptoRandom)))
    const exported = await Promise.all(all.map(async (keys) => (await keys.current()).key.export()))
    for (const one of exported) expect(one).toEqual(exported[0])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'data'))).toEqual(['master-keys'])
    expect(await readFile(path, 'utf8')).toMatch(/^1:.{44}\n$/)

    await writeFile(path, 'damaged')
    await expect(keysFromFile(path, cryptoRandom)).rejects.toMatchObject({ code: 'master_key_invalid' })
  } finally {
    await rm(folder, { recursive: true })
  }
})

import { fork } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Secret } from '@tockwork/kernel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TokenSet } from '../auth/token-set.ts'
import { FileTokenStore } from './file-token-store.ts'

const tokensOf = (openId: string, access = 'act.1'): TokenSet => ({
  openId,
  accessToken: new Secret(access),
  refreshToken: new Secret(`rft.of.${access}`),
  scopes: ['user.info.basic'],
  obtainedAt: 1,
  expiresAt: 2,
  refreshExpiresAt: 3,
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-store-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('files', () => {
  test('put, get, list, delete', async () => {
    const store = new FileTokenStore(join(folder, 'deep', 'er'))
    expect(await store.list()).toEqual([])
    expect(await store.get('a')).toBeUndefined()
    await store.put(tokensOf('a'))
    await store.put(tokensOf('../../etc/passwd'))
    await store.put(tokensOf('-000YSS_OTWKQ'))
    await store.put(tokensOf('A'))
    expect((await store.list()).sort()).toEqual(['-000YSS_OTWKQ', '../../etc/passwd', 'A', 'a'])
    expect((await store.get('../../etc/passwd'))?.refreshToken.reveal()).toBe('rft.of.act.1')
    await store.delete('a')
    await store.delete('a')
    expect(await store.get('a')).toBeUndefined()
    expect(await store.get('A')).toBeDefined()
  })

  test('only the owner can read them', async () => {
    const store = new FileTokenStore(join(folder, 'tokens'))
    await store.put(tokensOf('a'))
    const [name] = await readdir(join(folder, 'tokens'))
    expect((await stat(join(folder, 'tokens', name ?? ''))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'tokens'))).mode & 0o777).toBe(0o700)
  })

  test("another store's change is seen", async () => {
    const [one, two] = [new FileTokenStore(folder), new FileTokenStore(folder)]
    await one.put(tokensOf('a'))
    expect((await two.get('a'))?.accessToken.reveal()).toBe('act.1')
    await one.put(tokensOf('a', 'act.2'))
    expect((await two.get('a'))?.accessToken.reveal()).toBe('act.2')
    await one.delete('a')
    expect(await two.get('a')).toBeUndefined()
  })

  test('readers beside a writer see whole sets only', async () => {
    const [writer, reader] = [new FileTokenStore(folder), new FileTokenStore(folder)]
    await writer.put(tokensOf('a', 'act.0'))
    let writing = true
    const reads = (async () => {
      let count = 0
      while (writing) {
        const set = await reader.get('a')
        expect(set?.refreshToken.reveal()).toBe(`rft.of.${set?.accessToken.reveal()}`)
        count += 1
      }
      return count
    })()
    for (let i = 1; i <= 40; i += 1) await writer.put(tokensOf('a', `act.${i}`))
    writing = false
    expect(await reads).toBeGreaterThan(10)
    expect(await readdir(folder)).toHaveLength(1)
  })

  test('a damaged file is said to be damaged, without quoting it', async () => {
    const store = new FileTokenStore(folder)
    await store.put(tokensOf('a'))
    const [name] = await readdir(folder)
    await writeFile(join(folder, name ?? ''), '{"refreshToken":"rft.SECRET"')
    await expect(store.get('a')).rejects.toMatchObject({ code: 'token_set_damaged' })
    await expect(store.get('a')).rejects.not.toThrow(/SECRET/)
  })
})

describe('the lock', () => {
  test('lets one in at a time, for each user', async () => {
    const stores = [new FileTokenStore(folder), new FileTokenStore(folder)]
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        stores[i % 2]!.lock('a', async () => {
          inside += 1
          most = Math.max(most, inside)
          await new Promise((resolve) => setImmediate(resolve))
          inside -= 1
        }),
      ),
    )
    expect(most).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  test('another user does not wait', async () => {
    const store = new FileTokenStore(folder)
    await store.lock('a', () => store.lock('b', async () => {}))
  })

  test('a failure inside releases it', async () => {
    const store = new FileTokenStore(folder)
    await expect(store.lock('a', () => Promise.reject(new Error('inside')))).rejects.toThrow('inside')
    expect(await store.lock('a', async () => 'in')).toBe('in')
  })

  test("a dead process's lock is taken over by one", async () => {
    const store = new FileTokenStore(folder)
    await store.put(tokensOf('a'))
    const [name] = await readdir(folder)
    const lock = join(folder, `${name}.lock`)
    await writeFile(lock, 'dead')
    await utimes(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
    let inside = 0
    await Promise.all(
      Array.from({ length: 6 }, () =>
        new FileTokenStore(folder).lock('a', async () => {
          inside += 1
          expect(inside).toBe(1)
          await new Promise((resolve) => setImmediate(resolve))
          inside -= 1
        }),
      ),
    )
    expect(await readdir(folder)).toEqual([name])
  })

  test('works between processes', async () => {
    const journal = join(folder, 'journal')
    await writeFile(journal, '')
    const script = fileURLToPath(new URL('../../test/lock-user.ts', import.meta.url))
    const runs = [1, 2, 3].map(
      () =>
        new Promise<void>((resolve, reject) => {
          const child = fork(script, [folder, journal], { stdio: 'inherit' })
          child.on('error', reject)
          child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))))
        }),
    )
    await Promise.all(runs)
    const lines = (await readFile(journal, 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(3 * 5 * 2)
    // Whoever came in went out before the next came in.
    for (let i = 0; i < lines.length; i += 2) {
      const [, who] = lines[i]!.split(' ')
      expect(lines.slice(i, i + 2)).toEqual([`in ${who}`, `out ${who}`])
    }
  })
})

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { makeSamplePhoto } from '@tockwork/media/sample'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LocalBlobStore } from '../../src/assets/local-blob-store.ts'
import { deleteAsset } from '../../src/storage/assets.ts'
import { claimBlob } from '../../src/storage/blobs.ts'
import type { Tenant } from '../account-world.ts'
import { clip, PostWorld } from '../publishing/post-world.ts'
import { s3Stage } from './blob-stages.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('assets over the API', () => {
  let world: PostWorld
  let tenant: Tenant
  beforeAll(async () => {
    world = await PostWorld.start()
    tenant = await world.accounts.tenant()
  })
  afterAll(() => world?.close())

  it('are looked into by content, and the same content is one asset', async () => {
    const bytes = clip(4)
    const id = await world.upload(tenant, bytes, 'holiday.txt')
    expect(await world.upload(tenant, bytes, 'other-name.mp4')).toBe(id)
    const { json } = await world.call(tenant, 'GET', `/v1/assets/${id}`)
    expect(json).toMatchObject({
      sha256: sha256(bytes),
      size_bytes: bytes.length,
      content_type: 'video/mp4',
      name: 'holiday.txt',
      media: { kind: 'video', container: 'mp4', width: 720, height: 1280, video_codec: 'h264', problems: [] },
      used_in: [],
    })
    const other = await world.accounts.tenant('Others')
    expect(await world.upload(other, bytes)).not.toBe(id)
  })

  it('can be tagged, found by tag, and listed page by page', async () => {
    const photo = await world.upload(tenant, makeSamplePhoto({ container: 'webp' }), 'p.webp')
    const tagged = await world.call(tenant, 'PATCH', `/v1/assets/${photo}`, { tags: ['menu', 'winter'] })
    expect(tagged.json).toMatchObject({ tags: ['menu', 'winter'], content_type: 'image/webp' })
    const found = await world.call(tenant, 'GET', '/v1/assets?tag=winter')
    expect(found.json.data.map(({ id }: { id: string }) => id)).toEqual([photo])
    const page = await world.call(tenant, 'GET', '/v1/assets?limit=1')
    const rest = await world.call(tenant, 'GET', `/v1/assets?limit=1&cursor=${page.json.next_cursor}`)
    expect(rest.json.next_cursor).toBeNull()
    expect(rest.json.data[0].id).not.toBe(page.json.data[0].id)
  })

  it('that are no media are refused, and not kept', async () => {
    await expect(world.upload(tenant, Buffer.from('just words'), 'a.mp4')).rejects.toThrow('asset_not_media')
  })

  const list = async (query: string): Promise<string[]> => {
    const { json } = await world.call(tenant, 'GET', `/v1/assets?limit=100&${query}`)
    return json.data.map(({ id }: { id: string }) => id)
  }
  const remove = (id: string) => world.call(tenant, 'DELETE', `/v1/assets/${id}`)
  const stored = async (bytes: Uint8Array): Promise<boolean> => {
    const name = sha256(bytes)
    return existsSync(join(world.folder, name.slice(0, 2), name.slice(2)))
  }

  it('are refused when they are not what was announced, and leave nothing', async () => {
    const bytes = clip(7)
    await expect(world.upload(tenant, bytes, `a.mp4&sha256=${'0'.repeat(64)}`)).rejects.toThrow(
      'asset_differs',
    )
    expect(await stored(bytes)).toBe(false)
    expect(await readdir(join(world.folder, 'incoming'))).toEqual([])
    const id = await world.upload(tenant, bytes, `a.mp4&sha256=${sha256(bytes)}`)
    expect((await remove(id)).status).toBe(204)
    expect(await stored(bytes)).toBe(false)
    expect((await remove(id)).status).toBe(404)
  })

  it('are not deleted while a post needs them, and are listed by kind and use', async () => {
    const account = await world.accounts.connect(tenant, 'mika')
    const bytes = clip(6)
    const id = await world.upload(tenant, bytes)
    expect(await list('used=false')).toContain(id)
    const video = { title: 'A day out', privacy_level: 'SELF_ONLY' }
    const [post = ''] = await world.post(tenant, [account], {
      mode: 'direct',
      video: { asset_id: id },
      options: video,
    })
    expect(await list('used=true&kind=video')).toEqual([id])
    expect(await list('used=true&kind=photo')).toEqual([])
    expect(await list('used=false')).not.toContain(id)
    const refused = await remove(id)
    expect(refused).toMatchObject({ status: 409, json: { code: 'asset_in_use' } })
    expect(refused.text).toContain(post)
    await world.runUntilState(tenant, post, 'published')
    expect((await remove(id)).status).toBe(204)
    expect(await stored(bytes)).toBe(false)
    expect(await world.read(tenant, post)).toMatchObject({ state: 'published', video: { asset_id: id } })
  })

  it('keep their bytes while another workspace has them', async () => {
    const bytes = clip(8)
    const other = await world.accounts.tenant('Neighbours')
    const mine = await world.upload(tenant, bytes)
    const theirs = await world.upload(other, bytes)
    expect((await world.call(other, 'DELETE', `/v1/assets/${mine}`)).status).toBe(404)
    expect((await remove(mine)).status).toBe(204)
    expect(await stored(bytes)).toBe(true)
    expect((await world.call(other, 'GET', `/v1/assets/${theirs}`)).status).toBe(200)
    expect((await world.call(other, 'DELETE', `/v1/assets/${theirs}`)).status).toBe(204)
    expect(await stored(bytes)).toBe(false)
  })

  it('that are deleted at the moment a post is made with them are missing, not a failure of ours', async () => {
    const account = await world.accounts.connect(tenant, 'noor')
    const id = await world.upload(tenant, clip(13))
    const kept = await world.upload(tenant, clip(14))
    const body = { mode: 'draft', video: { asset_id: kept } }
    const [post] = await world.post(tenant, [account], {
      ...body,
      scheduled_at: new Date(world.now() + 3_600_000).toISOString(),
    })
    // The posts find the file, and reach the database's check of it while its deletion is still to be committed.
    const making = await world.db.transaction().execute(async (tx) => {
      await deleteAsset(tx, tenant.workspaceId, id)
      const video = { video: { asset_id: id } }
      const answers = [
        world.call(tenant, 'POST', '/v1/posts', { ...body, ...video, accounts: [account] }),
        world.call(tenant, 'PATCH', `/v1/posts/${post}`, video),
      ]
      await vi.waitFor(async () => expect(await waiting()).toBe(2), { timeout: 10_000 })
      return { answers }
    })
    for (const answer of await Promise.all(making.answers))
      expect(answer).toMatchObject({
        status: 422,
        json: { code: 'post_invalid', errors: [{ field: 'video.asset_id', rule: 'not_found' }] },
      })
    expect(await world.read(tenant, post ?? '')).toMatchObject({ video: { asset_id: kept } })
  })

  /** How many statements wait for what another one holds. Outside a transaction: inside one the answer stays the first. */
  const waiting = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`.execute(world.db)
    return rows[0]?.count ?? 0
  }

  it('survive being uploaded and deleted at once: a file that is listed has its bytes', async () => {
    const bytes = clip(9)
    for (let round = 0; round < 8; round += 1) {
      const id = await world.upload(tenant, bytes)
      await Promise.all([
        remove(id),
        world.upload(tenant, bytes, 'b.mp4'),
        world.assets.housekeeping(),
        world.upload(tenant, bytes, 'c.mp4'),
        world.assets.housekeeping(),
      ])
      await world.assets.housekeeping()
      const { json } = await world.call(tenant, 'GET', '/v1/assets?limit=100')
      const left = json.data.find((asset: { sha256: string }) => asset.sha256 === sha256(bytes))?.id
      if (left !== undefined) {
        expect(await stored(bytes)).toBe(true)
        expect((await remove(left)).status).toBe(204)
      }
      await world.assets.housekeeping()
      expect(await stored(bytes)).toBe(false)
    }
  })

  it('and bytes that a killed process left are removed when nobody claims them any more', async () => {
    const bytes = clip(10)
    const hash = createHash('sha256').update(bytes).digest()
    const blobs = new LocalBlobStore(world.folder)
    // Killed between the bytes and the row of the file.
    await claimBlob(world.db, {
      assetId: 'ast_killed',
      hash,
      sizeBytes: bytes.length,
      until: world.now() + 3_600_000,
    })
    await using incoming = await blobs.receive(Readable.from([bytes]), { maxBytes: 1e9 })
    await incoming.keep()
    // Killed while bytes came.
    const old = join(world.folder, 'incoming', 'left')
    await writeFile(old, 'half of a')
    await utimes(old, 1, 1)
    await world.assets.housekeeping()
    expect([await stored(bytes), existsSync(old)]).toEqual([true, false])
    await world.emulator.advance(3_601)
    await Promise.all([world.assets.housekeeping(), world.assets.housekeeping()])
    expect(await stored(bytes)).toBe(false)
    expect(await world.db.selectFrom('blobs').select('hash').where('hash', '=', hash).execute()).toEqual([])
  })

  it('go with the only account that they were posted for', async () => {
    const account = await world.accounts.connect(tenant, 'lane')
    const bytes = clip(11)
    const shared = clip(12)
    const id = await world.upload(tenant, bytes)
    const twice = await world.upload(tenant, shared)
    const other = await world.accounts.connect(tenant, 'mika')
    const body = { mode: 'draft' }
    await world.post(tenant, [account], { ...body, video: { asset_id: id } })
    await world.post(tenant, [account, other], { ...body, video: { asset_id: twice } })
    const erased = await world.accounts.call(tenant, 'DELETE', `/v1/connected-accounts/${account}`)
    expect(erased.json.erased).toMatchObject({ assets: 1, asset_bytes: bytes.length })
    await world.assets.housekeeping()
    expect([await stored(bytes), await stored(shared)]).toEqual([false, true])
    expect((await world.call(tenant, 'GET', `/v1/assets/${id}`)).status).toBe(404)
  })
})

describe('a file from an address', () => {
  let world: PostWorld
  let tenant: Tenant
  let origin: string
  let server: Server
  const bytes = clip(5)
  const held: (() => void)[] = []
  beforeAll(async () => {
    world = await PostWorld.start()
    tenant = await world.accounts.tenant()
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x')
      if (pathname === '/clip') return response.end(bytes)
      if (pathname === '/moved') return response.writeHead(302, { location: '/clip' }).end()
      if (pathname === '/inside')
        return response.writeHead(307, { location: 'http://169.254.169.254/' }).end()
      if (pathname === '/round') return response.writeHead(301, { location: '/round' }).end()
      if (pathname === '/packed') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes)
      if (pathname === '/held') return held.push(() => response.end(bytes))
      if (pathname === '/words') return response.end('just words')
      if (pathname === '/huge') return response.writeHead(200, { 'content-length': 5e9 }).write('x')
      if (pathname === '/half') {
        response.writeHead(200, { 'content-length': bytes.length })
        return response.write(bytes.subarray(0, 1000), () => response.destroy())
      }
      return response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await world?.close()
  })
  const take = (url: string, more: object = {}) =>
    world.call(tenant, 'POST', '/v1/assets/import', { url, ...more })

  it('is taken in like an upload', async () => {
    const taken = await take(`${origin}/moved`, { name: 'holiday', tags: ['sea'], sha256: sha256(bytes) })
    expect(taken).toMatchObject({
      status: 201,
      json: { sha256: sha256(bytes), name: 'holiday', tags: ['sea'], content_type: 'video/mp4' },
    })
    expect((await take(`${origin}/clip`)).json.id).toBe(taken.json.id)
  })

  it('is one of eight at most that a workspace downloads at once', async () => {
    const others = await world.accounts.tenant('Others')
    const running = Array.from({ length: 8 }, () => take(`${origin}/held`))
    await vi.waitFor(() => expect(held).toHaveLength(8), { timeout: 10_000 })
    const refused = await take(`${origin}/clip`)
    expect(refused).toMatchObject({ status: 429, json: { code: 'too_many_requests' } })
    expect((await world.call(others, 'POST', '/v1/assets/import', { url: `${origin}/clip` })).status).toBe(
      201,
    )
    for (const end of held.splice(0)) end()
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array(8).fill(201))
    expect((await take(`${origin}/none`)).status).toBe(422)
    expect((await take(`${origin}/clip`)).status).toBe(201)
  })

  it.each([
    ['/none', 'asset_url_failed', 'It answered 404.'],
    ['/round', 'asset_url_failed', 'more than 3 times'],
    ['/inside', 'asset_url_refused', 'https://'],
    ['/packed', 'asset_url_failed', 'gzip'],
    ['/words', 'asset_not_media', ''],
    ['/huge', 'asset_too_large', ''],
    ['/half', 'asset_url_failed', 'broke off'],
    ['https://10.0.0.1/clip', 'asset_url_refused', 'internal'],
    ['https://[::ffff:127.0.0.1]/clip', 'asset_url_refused', ''],
    ['https://metadata.google.internal/clip', 'asset_url_refused', 'internal'],
    ['http://example.com/clip', 'asset_url_refused', 'https://'],
    ['file:///etc/passwd', 'asset_url_refused', ''],
    ['clip', 'asset_url_refused', ''],
  ])('is refused and leaves nothing: %s', async (where, code, words) => {
    const answer = await take(where.startsWith('/') ? origin + where : where)
    expect(answer.json).toMatchObject({ code })
    expect(answer.text).toContain(words)
    expect(await readdir(join(world.folder, 'incoming')).catch(() => [])).toEqual([])
  })
})

describe('an upload that breaks off', () => {
  it('leaves neither a file nor bytes, and the next one goes through', async () => {
    const world = await PostWorld.start()
    try {
      const tenant = await world.accounts.tenant()
      const { port, hostname } = new URL(await world.listen())
      const bytes = clip(5, 3_000_000)
      const incoming = () => readdir(join(world.folder, 'incoming')).catch(() => [])
      const socket = connect(Number(port), hostname)
      socket.write(
        `POST /v1/assets HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer ${tenant.key}\r\n` +
          `content-type: application/octet-stream\r\ncontent-length: ${bytes.length}\r\n\r\n`,
      )
      socket.write(bytes.subarray(0, 2_000_000))
      await vi.waitFor(async () => expect(await incoming()).toHaveLength(1), { timeout: 20_000 })
      socket.destroy()
      await vi.waitFor(async () => expect(await incoming()).toEqual([]), { timeout: 20_000 })
      expect((await world.call(tenant, 'GET', '/v1/assets')).json.data).toEqual([])
      expect(await world.db.selectFrom('blobs').selectAll().execute()).toEqual([])
      await world.upload(tenant, bytes)
    } finally {
      await world.close()
    }
  })
})

describe('a file in a bucket', () => {
  it('is posted from there range by range, and nothing of it is laid down here', async () => {
    const stage = await s3Stage()
    const world = await PostWorld.start({ blobs: stage.store })
    try {
      const tenant = await world.accounts.tenant()
      const account = await world.accounts.connect(tenant, 'mika')
      const bytes = clip(5, 26_000_000)
      const id = await world.upload(tenant, bytes)
      const options = { title: 'From a bucket', privacy_level: 'SELF_ONLY' }
      const [post = ''] = await world.post(tenant, [account], {
        mode: 'direct',
        video: { asset_id: id },
        options,
      })
      await world.runUntilState(tenant, post, 'published')
      const [publish] = [...world.emulator.world.publishes.values()]
      expect(publish).toMatchObject({ uploadedBytes: bytes.length })
      expect(existsSync(join(stage.folder, 'scratch'))).toBe(false)
      expect((await world.call(tenant, 'DELETE', `/v1/assets/${id}`)).status).toBe(204)
      expect(await stage.names()).toEqual([])
    } finally {
      await world.close()
      await stage.close()
    }
  })
})

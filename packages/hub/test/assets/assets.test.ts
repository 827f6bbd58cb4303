import { createHash } from 'node:crypto'
import { makeSamplePhoto } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tenant } from '../account-world.ts'
import { clip, PostWorld } from '../publishing/post-world.ts'

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
})

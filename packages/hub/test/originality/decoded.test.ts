import { systemClock } from '@tockwork/kernel'
import { openFrameSource } from '@tockwork/media'
import { makeSampleVideo } from '@tockwork/media/sample'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WorkerLooker } from '../../src/originality/worker-looker.ts'
import { PostWorld } from '../publishing/post-world.ts'

const PATH = process.env['PATH'] ?? ''
/** The same is tried with painted pictures in media-gate.test.ts, where no decoder is. */
const real = (await openFrameSource({ env: process.env })).source

describe.skipIf(real === undefined)('with a decoder, in a thread of its own', () => {
  const looker = new WorkerLooker({ env: { PATH }, clock: systemClock })
  let world: PostWorld

  beforeAll(async () => {
    world = await PostWorld.start({ looker })
  })
  afterAll(async () => {
    await looker[Symbol.asyncDispose]()
    await world?.close()
  })

  it('a smaller copy of what was posted is held, with both shown side by side', async () => {
    const tenant = await world.accounts.tenant()
    const mika = await world.accounts.connect(tenant, 'mika')
    // Marks are another test's matter, and their networks take a while to load.
    await world.call(tenant, 'PUT', '/v1/media-policy', { watermarks: 'allow' })
    const posts = []
    for (const size of [{}, { width: 540, height: 960, moovLast: true }]) {
      const assetId = await world.upload(tenant, makeSampleVideo({ durationSec: 6, seed: 5, ...size }))
      await world.originality?.lookAt({ workspaceId: tenant.workspaceId, assetId })
      const [id = ''] = await world.post(tenant, [mika], {
        mode: 'direct',
        video: { asset_id: assetId },
        options: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'soup' },
      })
      await world.runUntil(async () =>
        ['published', 'media_blocked'].includes((await world.read(tenant, id)).state),
      )
      posts.push(id)
    }
    const [first = '', second = ''] = posts
    expect((await world.read(tenant, first)).state).toBe('published')
    expect((await world.read(tenant, second)).state).toBe('media_blocked')
    const { json } = await world.call(tenant, 'GET', `/v1/posts/${second}/media-report`)
    expect(json).toMatchObject({
      verdict: 'block',
      findings: [{ rule: 'repeat_same_account', post_id: first, segments: [{ speed: 1 }] }],
      frames: [{ kind: 'match', side: 'left' }, {}, {}],
    })
  }, 60_000)
})

import { parseJson, stringifyJson } from '@tockwork/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { endpoints } from '../src/all.ts'
import { userInfo, videoList } from '../src/display/index.ts'
import { standardEnvelope } from '../src/index.ts'
import { checkQrCode, exchangeCode } from '../src/oauth/index.ts'
import { checkDataRequest } from '../src/portability/index.ts'
import { creatorInfo, initVideo, publishStatus } from '../src/posting/index.ts'
import { commaList, count, int64 } from '../src/schema.ts'

describe('answers are read with patience', () => {
  test('new enum values survive, in and out', () => {
    const cases: [z.ZodMiniType, object][] = [
      [publishStatus.output, { status: 'IN_REVIEW', fail_reason: 'new_reason' }],
      [checkQrCode.output, { status: 'locked', client_ticket: '' }],
      [checkDataRequest.output, { status: 'sealed', data_format: 'csv' }],
    ]
    for (const [schema, wire] of cases) {
      const ours = z.decode(schema, wire)
      expect(ours).toEqual(wire)
      expect(z.encode(schema, ours)).toEqual(wire)
    }
    const creator = z.decode(creatorInfo.output, {
      creator_avatar_url: '',
      creator_username: '',
      creator_nickname: '',
      privacy_level_options: ['SELF_ONLY', 'CLOSE_FRIENDS'],
      comment_disabled: false,
      duet_disabled: false,
      stitch_disabled: false,
      max_video_post_duration_sec: 60,
    })
    expect(creator.privacy_level_options).toEqual(['SELF_ONLY', 'CLOSE_FRIENDS'])
  })

  test('but an enum value that is no text is refused, and the message helps', () => {
    const result = z.safeDecode(publishStatus.output, { status: 5 } as never)
    expect(result.error?.issues[0]?.message).toContain('PUBLISH_COMPLETE')
  })

  test('unknown fields are kept at every depth, in and out', () => {
    const wire = { user: { open_id: 'a', new_field: { deep: [1] } }, beside: true }
    const ours = z.decode(userInfo.output, wire)
    expect(ours).toEqual(wire)
    expect(z.encode(userInfo.output, ours)).toEqual(wire)
    const list = { videos: [{ id: '1', hashtag: 'x' }], cursor: 5, has_more: false, total: 3 }
    expect(z.decode(videoList.output, list)).toEqual({ ...list, cursor: '5' })
    const init = { publish_id: 'p', upload_url: 'u', expires_at: 1 }
    expect(z.decode(initVideo.output, init)).toEqual(init)
    expect(z.decode(standardEnvelope, { error: { code: 'ok', hint: 'x' }, meta: 1 })).toEqual({
      error: { code: 'ok', hint: 'x' },
      meta: 1,
    })
  })

  test('both names of the log id are read', () => {
    const { error } = z.decode(standardEnvelope, { error: { code: 'ok', logid: 'L' } })
    expect(error.logid).toBe('L')
  })

  test('granted scopes are a list, with blanks, and with none', () => {
    const scopesOf = (scope: string) =>
      z.decode(exchangeCode.output, {
        access_token: '',
        expires_in: 1,
        open_id: '',
        refresh_token: '',
        refresh_expires_in: 1,
        scope,
        token_type: 'Bearer',
      }).scope
    expect(scopesOf('user.info.basic, video.list')).toEqual(['user.info.basic', 'video.list'])
    expect(scopesOf('')).toEqual([])
  })
})

describe('64-bit integers', () => {
  const INT64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)

  test('survive both ways, through JSON text', () => {
    const schema = z.object({ id: int64() })
    fc.assert(
      fc.property(INT64, (value) => {
        const text = `{"id":${value}}`
        const ours = z.decode(schema, parseJson(text) as { id: bigint })
        expect(ours.id).toBe(String(value))
        expect(stringifyJson(z.encode(schema, ours))).toBe(text)
      }),
    )
  })

  test('are read from text too', () => {
    fc.assert(
      fc.property(INT64, (value) => {
        expect(z.decode(int64(), String(value))).toBe(String(value))
      }),
    )
  })

  test('refuse what is no whole number, in either direction', () => {
    for (const value of ['', ' 1', '1.0', '1e3', '0x10', 1.5, 2 ** 60, Number.NaN, true, null])
      expect(z.safeDecode(int64(), value as never).success, String(value)).toBe(false)
    for (const value of ['', '1.5', 'abc', 5, 5n])
      expect(z.safeEncode(int64(), value as never).success, String(value)).toBe(false)
  })

  test('counts are numbers, read from text as well', () => {
    expect(z.decode(count(), '3000000000')).toBe(3_000_000_000)
    expect(z.decode(count(), 5n)).toBe(5)
    expect(z.encode(count(), 5)).toBe(5)
    expect(z.safeDecode(count(), 1.5).success).toBe(false)
  })
})

test('comma lists: what is written is read again', () => {
  const item = fc.stringMatching(/^[a-z][a-z._]{0,20}$/)
  fc.assert(
    fc.property(fc.array(item), (items) => {
      expect(z.decode(commaList(), z.encode(commaList(), items))).toEqual(items)
    }),
  )
})

describe('every output and input reads what it writes', () => {
  const sampled = endpoints.flatMap((endpoint) =>
    (endpoint.examples ?? []).flatMap(({ name, request, response }) => {
      const standard = endpoint.envelope === 'standard'
      const { data, error } = (response ?? {}) as { data?: unknown; error?: { code?: string } | string }
      const ok = standard ? (error as { code?: string })?.code === 'ok' : error === undefined
      return [
        { what: `${endpoint.id} input, ${name}`, schema: endpoint.input, wire: request },
        {
          what: `${endpoint.id} output, ${name}`,
          schema: endpoint.output,
          wire: response === undefined || !ok ? undefined : standard ? (data ?? {}) : response,
        },
      ].filter(({ schema, wire }) => schema !== undefined && wire !== undefined)
    }),
  )
  test.each(sampled)('$what', ({ schema, wire }) => {
    const codec = schema as z.ZodMiniType
    const ours = z.decode(codec, wire)
    expect(z.decode(codec, parseJson(stringifyJson(z.encode(codec, ours))))).toEqual(ours)
  })
})

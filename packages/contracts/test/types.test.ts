import { describe, expect, expectTypeOf, test } from 'vitest'
import type { userInfo, videoList } from '../src/display/index.ts'
import type { ErrorOf, InputOf, OutputOf, QueryOf } from '../src/index.ts'
import { lookUpError } from '../src/index.ts'
import type { authorize, exchangeCode, revoke } from '../src/oauth/index.ts'
import type { addDataRequest } from '../src/portability/index.ts'
import type { initContent, initVideo, publishStatus, uploadMedia } from '../src/posting/index.ts'

type Level = 'PUBLIC_TO_EVERYONE' | 'MUTUAL_FOLLOW_FRIENDS' | 'FOLLOWER_OF_CREATOR' | 'SELF_ONLY'

describe('what is inferred is what is meant', () => {
  test('queries are lists of known names on our side', () => {
    expectTypeOf<QueryOf<typeof userInfo>['fields'][number]>().toExtend<string>()
    expectTypeOf<'follower_count'>().toExtend<QueryOf<typeof userInfo>['fields'][number]>()
    expectTypeOf<'view_count'>().not.toExtend<QueryOf<typeof userInfo>['fields'][number]>()
    expectTypeOf<QueryOf<typeof authorize>['scope']>().toEqualTypeOf<string[]>()
    expectTypeOf<QueryOf<typeof publishStatus>>().toEqualTypeOf<Record<never, never>>()
  })

  test('64-bit ids are strings, counts are numbers', () => {
    expectTypeOf<InputOf<typeof videoList>['cursor']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<InputOf<typeof videoList>['max_count']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<OutputOf<typeof videoList>['cursor']>().toEqualTypeOf<string>()
    expectTypeOf<OutputOf<typeof videoList>['videos'][number]['view_count']>().toEqualTypeOf<
      number | undefined
    >()
    expectTypeOf<OutputOf<typeof publishStatus>['publicaly_available_post_id']>().toEqualTypeOf<
      string[] | undefined
    >()
    expectTypeOf<OutputOf<typeof addDataRequest>['request_id']>().toEqualTypeOf<string>()
  })

  test('what is sent is closed, what comes back is open', () => {
    expectTypeOf<InputOf<typeof initVideo>['post_info']['privacy_level']>().toEqualTypeOf<Level>()
    expectTypeOf<InputOf<typeof initContent>['post_mode']>().toEqualTypeOf<'DIRECT_POST' | 'MEDIA_UPLOAD'>()
    type Status = OutputOf<typeof publishStatus>['status']
    expectTypeOf<'FAILED'>().toExtend<Status>()
    expectTypeOf<string & Record<never, never>>().toExtend<Status>()
    // Known values are still told apart from text: a plain string would have swallowed them.
    expectTypeOf<Status>().not.toEqualTypeOf<string>()
  })

  test('a source is one of two, told apart by `source`', () => {
    type Source = InputOf<typeof initVideo>['source_info']
    expectTypeOf<Extract<Source, { source: 'PULL_FROM_URL' }>['video_url']>().toEqualTypeOf<string>()
    expectTypeOf<Extract<Source, { source: 'FILE_UPLOAD' }>['chunk_size']>().toEqualTypeOf<number>()
    expectTypeOf<Source['source']>().toEqualTypeOf<'FILE_UPLOAD' | 'PULL_FROM_URL'>()
  })

  test('tokens: scopes are a list, lifetimes numbers', () => {
    expectTypeOf<OutputOf<typeof exchangeCode>['scope']>().toEqualTypeOf<string[]>()
    expectTypeOf<OutputOf<typeof exchangeCode>['expires_in']>().toEqualTypeOf<number>()
    expectTypeOf<InputOf<typeof exchangeCode>['code_verifier']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<InputOf<typeof revoke>['token']>().toEqualTypeOf<string>()
  })

  test('errors are the declared ones', () => {
    expectTypeOf<'privacy_level_option_mismatch'>().toExtend<ErrorOf<typeof initVideo>>()
    expectTypeOf<'invalid_publish_id'>().not.toExtend<ErrorOf<typeof initVideo>>()
    expectTypeOf<ErrorOf<typeof uploadMedia>>().toEqualTypeOf<never>()
    const code: ErrorOf<typeof userInfo> = 'scope_permission_missed'
    expect(lookUpError(code)).toHaveLength(1)
  })

  test('no input and no output are empty objects', () => {
    expectTypeOf<InputOf<typeof userInfo>>().toEqualTypeOf<Record<never, never>>()
    expectTypeOf<OutputOf<typeof uploadMedia>>().toEqualTypeOf<Record<never, never>>()
  })
})

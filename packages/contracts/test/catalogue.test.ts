import { describe, expect, test } from 'vitest'
import { endpoints } from '../src/all.ts'
import * as commercial from '../src/commercial/index.ts'
import * as display from '../src/display/index.ts'
import * as embed from '../src/embed/index.ts'
import { decide, type Endpoint, lookUpError, possibilities, scopes } from '../src/index.ts'
import * as oauth from '../src/oauth/index.ts'
import * as portability from '../src/portability/index.ts'
import * as posting from '../src/posting/index.ts'
import * as research from '../src/research/index.ts'

describe('the catalogue is whole', () => {
  test('an endpoint that its family exports is listed, once', () => {
    const exported = [oauth, display, posting, portability, embed, research, commercial]
      .flatMap((family) => Object.values(family) as unknown[])
      .filter(
        (value): value is Endpoint => typeof value === 'object' && value !== null && 'envelope' in value,
      )
    expect(endpoints.map(({ id }) => id).sort()).toEqual(exported.map(({ id }) => id).sort())
  })

  test('ids are unique, and so are method, host and path with their discriminator', () => {
    expect(new Set(endpoints.map((e) => e.id)).size).toBe(endpoints.length)
    const routes = endpoints.map((e) => `${e.method} ${e.host}${e.path} ${e.when?.equals ?? ''}`)
    expect(new Set(routes).size).toBe(routes.length)
  })

  test('every code, scope and field scope that an endpoint names exists', () => {
    for (const endpoint of endpoints) {
      for (const code of [...(endpoint.errors ?? []), ...Object.values(endpoint.invalidField ?? {})]) {
        expect(lookUpError(code), `${endpoint.id}: ${code}`).not.toEqual([])
      }
      const named = [
        ...possibilities(endpoint.scopes ?? []).flat(),
        ...Object.values(endpoint.fieldScopes ?? {}),
      ]
      for (const scope of named) expect(Object.keys(scopes), endpoint.id).toContain(scope)
    }
  })

  test('a choice by a body field is made from the body', () => {
    const content = endpoints.find((e) => e.id === 'posting.initContent') as Endpoint
    expect(decide(content.scopes ?? [], { post_mode: 'MEDIA_UPLOAD' })).toEqual(['video.upload'])
    const video = endpoints.find((e) => e.id === 'posting.initVideo') as Endpoint
    expect(decide(video.repeat, { source_info: { source: 'FILE_UPLOAD' } })).toBe('safe')
    expect(decide(video.repeat, { source_info: { source: 'PULL_FROM_URL' } })).toBe('unless-sent')
    expect(decide(video.repeat, {})).toBe('unless-sent')
  })
})

import { UsageError } from '@tockwork/kernel'
import { describe, expect, test } from 'vitest'
import { explainText } from './explain-text.ts'
import type { Finding } from './finding.ts'

function findingsIn(given: unknown): Finding[] {
  const explained = explainText(typeof given === 'string' ? given : JSON.stringify(given))
  if (explained.kind === 'code') throw new Error('taken for a code')
  return explained.findings
}

const envelope = (code: string, message = '', more = {}) => ({
  data: {},
  error: { code, message, log_id: '20261128173000ABCDEF', ...more },
})

describe('answers', () => {
  test('the envelope of the API, with its log id', () => {
    expect(findingsIn(envelope('spam_risk_too_many_posts', 'too many'))).toMatchObject([
      {
        code: 'spam_risk_too_many_posts',
        api: 'open',
        retry: 'after',
        log_id: '20261128173000ABCDEF',
        where: 'answer',
      },
    ])
  })

  test('a search_id that is not ready yet is tried again, though its code says never', () => {
    const [finding] = findingsIn(
      envelope('invalid_params', 'Search Id 7378809778820092971 is invalid or expired'),
    )
    expect(finding).toMatchObject({ code: 'invalid_params', retry: 'after' })
    expect(finding?.action).toContain('5 to 10 seconds')
    expect(finding?.notes?.[0]).toMatchObject({ how: 'observed' })
    expect(findingsIn(envelope('invalid_params', 'max_count is required'))[0]?.retry).toBe('never')
  })

  test('the quota of a Research day', () => {
    expect(findingsIn(envelope('daily_quota_limit_exceeded'))[0]).toMatchObject({
      retry: 'after',
      notes: [{ how: 'observed' }],
    })
  })

  test('API for Business, whose codes are numbers and whose success is 0', () => {
    const answer = (code: number) => ({ code, message: 'm', request_id: '2026112817', data: {} })
    expect(findingsIn(answer(40_102))).toMatchObject([
      { code: '40102', api: 'business', retry: 'now', log_id: '2026112817' },
    ])
    expect(findingsIn(answer(0))).toEqual([])
    expect(explainText('40100')).toMatchObject({ explanations: [{ api: 'business', retry: 'after' }] })
  })

  test('the flat form of OAuth', () => {
    expect(
      findingsIn({ error: 'invalid_grant', error_description: 'expired', log_id: '2026' })[0],
    ).toMatchObject({ api: 'oauth', retry: 'never', log_id: '2026' })
  })

  test('a post that failed, though its answer is ok', () => {
    expect(
      findingsIn({
        ...envelope('ok'),
        data: { status: 'FAILED', fail_reason: 'spam_risk_too_many_posts' },
      })[0],
    ).toMatchObject({ api: 'fail_reason', code: 'spam_risk_too_many_posts' })
  })

  test('a webhook, whose content is JSON inside a string', () => {
    const body = { event: 'post.publish.failed', content: '{"publish_id":"v","reason":"auth_removed"}' }
    expect(findingsIn(body)[0]).toMatchObject({ api: 'fail_reason', code: 'auth_removed' })
  })

  test('version 1, which has ended', () => {
    const old = { data: { error_code: 10001, description: 'bad' }, message: 'error' }
    expect(findingsIn(old)[0]?.meaning).toContain('ended on 2024-02-29')
  })

  test('nothing in a success', () => {
    expect(findingsIn(envelope('ok'))).toEqual([])
    expect(findingsIn({ data: { status: 'PUBLISH_COMPLETE' }, error: { code: 'ok' } })).toEqual([])
    expect(findingsIn({ access_token: 'act.abcdef', expires_in: 86400 })).toEqual([])
  })

  test('a code that is in no table is said to be so', () => {
    const [finding] = findingsIn(envelope('brand_new_code', '', { http_status_code: 503 }))
    expect(finding).toMatchObject({ code: 'brand_new_code', retry: 'after', notes: [{ how: 'assumed' }] })
  })

  test.each([['{"a":1}'], ['hello there'], ['[1,2]']])('%s is refused', (given) => {
    expect(() => explainText(given)).toThrow(UsageError)
  })
})

describe('log lines', () => {
  test('the longest code that stands in it', () => {
    const [finding, ...others] = findingsIn('12:00 post failed: fail_reason=spam_risk_text user 7')
    expect(finding).toMatchObject({ code: 'spam_risk_text', api: 'fail_reason', where: 'line 1' })
    expect(others).toEqual([])
  })

  test('a message without its code', () => {
    expect(findingsIn('HTTP 400 Search Id 737 is invalid or expired')[0]).toMatchObject({ retry: 'after' })
  })

  test('an answer that a logger put at its end', () => {
    const line = `WARN tiktok ${JSON.stringify(envelope('rate_limit_exceeded'))}`
    expect(findingsIn(line)[0]).toMatchObject({ code: 'rate_limit_exceeded', retry: 'after' })
  })

  test('an upload by its status', () => {
    expect(findingsIn('PUT https://open-upload.tiktokapis.com/video/?upload_id=1 -> 416')[0]).toMatchObject({
      code: '416',
      api: 'upload',
      retry: 'now',
    })
  })

  test('its secrets are not repeated', () => {
    const said = JSON.stringify(
      findingsIn('refresh_token=rft.ABCDEFGHIJ Bearer act.KLMNOPQRST access_token_invalid'),
    )
    expect(said).not.toMatch(/ABCDEFGHIJ|KLMNOPQRST/)
  })

  test('a plain word is no fail reason', () => {
    expect(() => explainText('an internal thing happened')).toThrow(UsageError)
    expect(findingsIn('fail_reason: internal')[0]?.code).toBe('internal')
  })
})

describe('recordings', () => {
  const request = (url: string, more = {}) => ({ method: 'POST', url, headers: [], cookies: [], ...more })
  const response = (status: number, body: unknown) => ({
    status,
    headers: [],
    cookies: [],
    content: { text: typeof body === 'string' ? body : JSON.stringify(body) },
  })
  const har = (...entries: unknown[]) => ({ log: { version: '1.2', entries } })
  const LIST = 'https://open.tiktokapis.com/v2/video/list/?fields=id'

  test('names the request and the endpoint; other sites are passed over', () => {
    const found = findingsIn(
      har(
        { request: request('https://example.com/'), response: response(500, 'x') },
        { request: request(LIST), response: response(401, envelope('scope_not_authorized')) },
      ),
    )
    expect(found).toMatchObject([
      {
        code: 'scope_not_authorized',
        endpoint: 'display.videoList',
        http_status: 401,
        where: 'request 2: POST https://open.tiktokapis.com/v2/video/list/',
      },
    ])
  })

  test('a retry that cannot help', () => {
    const refused = { request: request(LIST), response: response(401, envelope('scope_not_authorized')) }
    expect(findingsIn(har(refused, refused)).map(({ code }) => code)).toEqual([
      'scope_not_authorized',
      'scope_not_authorized',
      'retry_in_vain',
    ])
  })

  test('a call without an answer: whether it may be sent again depends on the call', () => {
    const lost = (url: string) => ({ request: request(url), response: response(0, '') })
    expect(
      findingsIn(har(lost(LIST), lost('https://open.tiktokapis.com/v2/post/publish/video/init/'))).map(
        ({ retry }) => retry,
      ),
    ).toEqual(['now', 'outcome-unknown'])
  })

  test('a gateway, an address without encryption, and version 1', () => {
    const found = findingsIn(
      har(
        { request: request(LIST), response: response(504, '<html>504</html>') },
        { request: request(LIST.replace('https', 'http')), response: response(200, envelope('ok')) },
        {
          request: request('https://open-api.tiktok.com/user/info/'),
          response: response(200, { data: { error_code: 0, description: '' } }),
        },
      ),
    )
    expect(found.map(({ code }) => code)).toEqual(['gateway', 'http_address', 'retired_address', 'v1:0'])
  })

  test('no secret of it comes out, wherever it stands', () => {
    const secrets = {
      bearer: 'opaqueBearer-7f3a91',
      cookie: 'sessionCookie-99812',
      form: 'formSecret-551234',
      answered: 'answeredToken-8821',
      query: 'queryCode-40912',
    }
    const found = findingsIn(
      har(
        {
          request: request(`${LIST}&access_token=${secrets.query}`, {
            headers: [
              { name: 'Authorization', value: `Bearer ${secrets.bearer}` },
              { name: 'Cookie', value: `sid=${secrets.cookie}` },
            ],
          }),
          response: response(400, envelope('invalid_params', `bad ${Object.values(secrets).join(' and ')}`)),
        },
        {
          request: request('https://open.tiktokapis.com/v2/oauth/token/', {
            postData: { text: `grant_type=refresh_token&client_secret=${secrets.form}` },
          }),
          response: response(200, { access_token: secrets.answered, expires_in: 1 }),
        },
      ),
    )
    expect(found).toHaveLength(1)
    const said = JSON.stringify(found)
    for (const secret of Object.values(secrets)) expect(said).not.toContain(secret)
    expect(found[0]?.evidence).toContain('[secret]')
  })

  test('one that is broken is refused with the field', () => {
    expect(() => explainText(JSON.stringify(har({ request: {} })))).toThrow(/log\.entries\.0/)
  })
})

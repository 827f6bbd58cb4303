/** That `npm run chaos` notices what it is there to notice, ends by itself, and that a short storm costs nothing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Findings, judge } from '../chaos/verdict.ts'
import { type Arrival, judgeTelling, type TellingFindings } from '../chaos/webhook-verdict.ts'

const ROOT = resolve(import.meta.dirname, '..')
const AT = Date.parse('2026-11-24T10:00:00Z')

/** One direct post and one draft, as they should be. */
function calm(): {
  -readonly [K in keyof Findings]: Findings[K] extends readonly (infer Item)[] ? Item[] : never
} {
  const publish = { creator: 'ada', uploadedBytes: 9, postIds: [] }
  const row = { state_reason: null, failure: null }
  return {
    posts: [
      { title: 'one', mode: 'direct', kind: 'video', creator: 'ada', postId: 'post_1' },
      { title: 'two', mode: 'draft', kind: 'photo', creator: 'ada', postId: 'post_2' },
    ],
    rows: [
      { ...row, id: 'post_1', state: 'published', publish_id: 'v_1', options: { title: 'one' } },
      { ...row, id: 'post_2', state: 'in_inbox', publish_id: 'v_2', options: {} },
    ],
    accounts: [{ id: 'acc_1', external_id: 'open', status: 'connected', status_reason: null }],
    publishes: [
      { ...publish, id: 'v_1', mode: 'direct', state: 'PUBLISH_COMPLETE', postInfo: { title: 'one' } },
      { ...publish, id: 'v_2', mode: 'inbox', state: 'SEND_TO_USER_INBOX', postInfo: {} },
      // An init whose answer was lost: without bytes it is nothing.
      { ...publish, id: 'v_0', mode: 'direct', state: 'PROCESSING_UPLOAD', postInfo: { title: 'one' } },
    ],
    grants: [{ id: 'app:ada', creator: 'ada', openId: 'open' }],
    requests: [],
  }
}

function request(seconds: number, verdict = 'ok'): Findings['requests'][number] {
  return {
    id: seconds,
    at: new Date(AT + seconds * 1000).toISOString(),
    method: 'POST',
    host: 'open.tiktokapis.com',
    path: '/v2/post/publish/video/init/',
    query: '',
    endpoint: 'posting.initVideo',
    user: 'ada',
    status: verdict === 'ok' ? 200 : 429,
    verdict,
    warnings: [],
    took_ms: 1,
    log_id: '',
  }
}

describe('the verdict', () => {
  test('has nothing to say when all is well', () => {
    expect(judge(calm())).toEqual({
      posts_asked: 2,
      photos_published: 1,
      posts_published: 2,
      posts_in_doubt: 0,
      posts_failed: 0,
      posts_lost: 0,
      posts_doubled: 0,
      posts_misreported: 0,
      grants_lost: 0,
      removals_missed: 0,
      windows_exceeded: 0,
      problems: [],
    })
  })

  test('a post is lost when the hub forgot it, never ends it, or says that it is where it is not', () => {
    const forgotten = calm()
    forgotten.rows.pop()
    forgotten.publishes.splice(1, 1)
    expect(judge(forgotten)).toMatchObject({ posts_lost: 1, posts_doubled: 0, posts_published: 1 })
    const stuck = calm()
    Object.assign(stuck.rows[0]!, { state: 'uploading' })
    expect(judge(stuck)).toMatchObject({ posts_lost: 1, posts_published: 1 })
    const imagined = calm()
    imagined.publishes.shift()
    expect(judge(imagined)).toMatchObject({ posts_lost: 1, posts_published: 1 })
    const unanswered = calm()
    delete unanswered.posts[0]?.postId
    expect(judge(unanswered).posts_lost).toBe(1)
  })

  test('a post is doubled when TikTok has it twice, or a repeated request made a second one', () => {
    const twice = calm()
    twice.publishes.push({ ...twice.publishes[0]!, id: 'v_9' })
    expect(judge(twice)).toMatchObject({ posts_doubled: 1, posts_lost: 0 })
    const drafted = calm()
    drafted.publishes.push({ ...drafted.publishes[1]!, id: 'v_9' })
    expect(judge(drafted)).toMatchObject({ posts_doubled: 1, posts_lost: 0 })
    const repeated = calm()
    repeated.rows.push({ ...repeated.rows[0]!, id: 'post_9', state: 'failed' })
    expect(judge(repeated).posts_doubled).toBe(1)
  })

  test('a draft in doubt may stand in its creator’s inbox once, and no other draft may', () => {
    const doubtful = calm()
    Object.assign(doubtful.rows[1]!, { state: 'needs_attention', publish_id: null })
    expect(judge(doubtful)).toMatchObject({ posts_in_doubt: 1, posts_doubled: 0, problems: [] })
    doubtful.publishes.push({ ...doubtful.publishes[1]!, id: 'v_9' })
    expect(judge(doubtful).posts_doubled).toBe(1)
    Object.assign(doubtful.publishes[1]!, { creator: 'bea' })
    expect(judge(doubtful).posts_doubled).toBe(1)
  })

  test('a post that is called failed and stands on TikTok is misreported; a doubt that is told is a doubt', () => {
    const failed = calm()
    Object.assign(failed.rows[0]!, { state: 'failed' })
    expect(judge(failed)).toMatchObject({ posts_misreported: 1, posts_failed: 0 })
    failed.publishes.shift()
    expect(judge(failed)).toMatchObject({ posts_misreported: 0, posts_failed: 1, problems: [] })
    const doubtful = calm()
    Object.assign(doubtful.rows[0]!, { state: 'needs_attention', publish_id: null })
    expect(judge(doubtful)).toMatchObject({ posts_in_doubt: 1, posts_published: 1, problems: [] })
  })

  test('a grant is lost when it lives for TikTok and the hub has given it up, or cannot use it', () => {
    const given = calm()
    Object.assign(given.accounts[0]!, { status: 'reauthorization_required' })
    expect(judge(given).grants_lost).toBe(1)
    Object.assign(given.grants[0]!, { endedAt: AT })
    expect(judge(given).grants_lost).toBe(0)
    const useless = calm()
    Object.assign(useless.rows[1]!, {
      state: 'failed',
      failure: { reason: 'reauthorization_required', detail: null },
    })
    expect(judge(useless).grants_lost).toBe(1)
  })

  test('a removal is missed when the creator left at TikTok and the account goes on', () => {
    const left = calm()
    Object.assign(left.grants[0]!, { endedAt: AT })
    expect(judge(left)).toMatchObject({ removals_missed: 1, grants_lost: 0 })
    Object.assign(left.accounts[0]!, { status: 'reauthorization_required' })
    expect(judge(left).removals_missed).toBe(0)
  })

  test('a window is exceeded by one call too many within a minute, and by every refusal that nobody ordered', () => {
    const counted = (requests: Findings['requests']): number =>
      judge({ ...calm(), requests }).windows_exceeded
    const full = [0, 10, 20, 30, 40, 50].map((at) => request(at))
    expect(counted([...full, request(60)])).toBe(0)
    expect(counted([...full, request(59)])).toBe(1)
    expect(counted([...full, { ...request(59), user: 'bea' }])).toBe(0)
    expect(counted([request(1, 'rate_limit_exceeded')])).toBe(1)
    expect(counted([request(1, 'fault fault-1')])).toBe(0)
    expect(counted([request(1, 'fault fault-1 before rate_limit_exceeded')])).toBe(1)
  })
})

/** One account and one public post, told as they should be. */
function told(): {
  -readonly [K in keyof TellingFindings]: TellingFindings[K] extends readonly (infer Item)[]
    ? Item[]
    : TellingFindings[K]
} {
  const arrival = (n: number, type: string, more: Partial<Arrival> = {}): Arrival => ({
    id: `evt_000000000${n}ABCDEFGHJKMNPQRS`,
    type,
    account: 'acc_1',
    post: 'post_1',
    from: null,
    to: null,
    postIds: [],
    signed: true,
    ...more,
  })
  const published = { from: 'accepted', to: 'published' }
  return {
    arrivals: [
      arrival(1, 'account.connected', { post: null }),
      arrival(2, 'post.state_changed', { to: 'accepted' }),
      arrival(3, 'post.state_changed', published),
      arrival(4, 'post.published', published),
      arrival(5, 'post.publicly_available', { from: 'published', to: 'published', postIds: ['77'] }),
    ],
    posts: [
      {
        id: 'post_1',
        account_id: 'acc_1',
        state: 'published',
        post_ids: ['77'],
        transitions: [{ from: null, to: 'accepted' }, published],
      },
    ],
    accounts: [{ id: 'acc_1', status: 'connected' }],
    tiktokDelivered: [{ event: 'post.publish.complete', hash: 'aa' }],
    tiktokUndelivered: 0,
    inbound: [{ hash: 'aa', processed: true }],
  }
}

describe('the verdict on what was told', () => {
  test('has nothing to say when all was told, also when some of it came again', () => {
    const fine = told()
    fine.arrivals.push(fine.arrivals[2]!)
    expect(judgeTelling(fine)).toEqual({
      webhook_events_due: 5,
      webhook_events_lost: 0,
      webhook_events_unfounded: 0,
      webhook_events_out_of_order: 0,
      webhook_events_repeated: 1,
      tiktok_events_delivered: 1,
      tiktok_events_lost: 0,
      tiktok_events_undelivered: 0,
      problems: [],
    })
  })

  test.each([0, 1, 2, 3, 4])('event %i that never came is lost', (missing) => {
    const some = told()
    some.arrivals.splice(missing, 1)
    expect(judgeTelling(some)).toMatchObject({ webhook_events_lost: 1, webhook_events_out_of_order: 0 })
  })

  test('a change that comes twice has to be told twice, and the end of a grant once', () => {
    const again = told()
    const [post] = again.posts
    again.posts = [{ ...post!, transitions: [...post!.transitions, post!.transitions[1]!] }]
    expect(judgeTelling(again).webhook_events_lost).toBe(2)
    const ended = told()
    ended.accounts = [{ id: 'acc_1', status: 'reauthorization_required' }]
    expect(judgeTelling(ended).webhook_events_lost).toBe(1)
  })

  test('an event of what never happened, or that the endpoint’s secret did not sign, is unfounded', () => {
    const imagined = told()
    imagined.posts = [{ ...imagined.posts[0]!, transitions: [{ from: null, to: 'accepted' }] }]
    expect(judgeTelling(imagined).webhook_events_unfounded).toBe(2)
    const forged = told()
    forged.arrivals[0]!.signed = false
    expect(judgeTelling(forged).webhook_events_unfounded).toBe(1)
  })

  test('a later event of an account before an earlier one is out of order', () => {
    const mixed = told()
    mixed.arrivals.reverse()
    expect(judgeTelling(mixed).webhook_events_out_of_order).toBeGreaterThan(0)
    // Repetitions come when they come.
    const repeated = told()
    repeated.arrivals.push(repeated.arrivals[1]!)
    expect(judgeTelling(repeated).webhook_events_out_of_order).toBe(0)
    // Of another account, too.
    const other = told()
    other.arrivals.unshift({ ...other.arrivals[4]!, id: 'evt_0000000009ABCDEFGHJKMNPQRS', account: 'acc_2' })
    expect(judgeTelling(other).webhook_events_out_of_order).toBe(0)
  })

  test('an event of TikTok’s that got its 200 and was not stored, or never acted on, is lost', () => {
    const forgotten = told()
    forgotten.inbound = []
    expect(judgeTelling(forgotten).tiktok_events_lost).toBe(1)
    const idle = told()
    idle.inbound = [{ hash: 'aa', processed: false }]
    expect(judgeTelling(idle).tiktok_events_lost).toBe(1)
  })
})

describe('npm run chaos', () => {
  let temporary: string
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'tockwork-chaos-test-'))
    // The database of a run belongs to another user when this is root.
    chmodSync(temporary, 0o711)
  })
  afterEach(() => rmSync(temporary, { recursive: true, force: true }))

  function start(...args: string[]): ChildProcess {
    return spawn(process.execPath, ['chaos/main.ts', ...args], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async function ended(chaos: ChildProcess): Promise<{ code: number | null; out: string; said: string }> {
    let out = ''
    let said = ''
    chaos.stdout?.on('data', (bytes) => {
      out += bytes
    })
    chaos.stderr?.on('data', (bytes) => {
      said += bytes
    })
    const code = await new Promise<number | null>((done) => chaos.once('close', done))
    return { code, out, said }
  }

  /** Processes of the run, databases among them; Linux only, elsewhere none are seen. */
  function left(): string[] {
    if (process.platform !== 'linux') return []
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        try {
          const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
          const surroundings = readFileSync(`/proc/${pid}/environ`, 'utf8')
          return `${command} ${surroundings}`.includes(temporary) ? [command] : []
        } catch {
          return []
        }
      })
  }

  test('a short storm loses nothing and posts nothing twice', { timeout: 300_000 }, async () => {
    const { code, out, said } = await ended(start('--quick', '--json', '--seed', '7'))
    expect(code, said).toBe(0)
    const report = JSON.parse(out) as Record<string, number>
    expect(report).toMatchObject({
      posts_lost: 0,
      posts_doubled: 0,
      posts_misreported: 0,
      grants_lost: 0,
      removals_missed: 0,
      windows_exceeded: 0,
      webhook_events_lost: 0,
      webhook_events_unfounded: 0,
      webhook_events_out_of_order: 0,
      tiktok_events_lost: 0,
      seed: 7,
    })
    expect(report.webhook_events_due).toBeGreaterThan(50)
    expect(report.tiktok_events_delivered).toBeGreaterThan(8)
    expect(report.connected_in_the_storm).toBe(2)
    expect(report.left_in_the_storm).toBe(1)
    expect(report.kills).toBeGreaterThanOrEqual(5)
    expect(report.refreshes).toBeGreaterThanOrEqual(8)
    // Every one of the 8 creators posts once more after the storm.
    expect(report.posts_published).toBeGreaterThan(8)
    expect(left()).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })

  test('stopped in the middle, it leaves neither processes nor files', { timeout: 60_000 }, async () => {
    const chaos = start('--quick')
    const end = ended(chaos)
    await new Promise<void>((done) => {
      chaos.stderr?.on('data', (bytes) => String(bytes).includes('the storm begins') && done())
    })
    chaos.kill('SIGTERM')
    expect((await end).code).toBe(143)
    await expect.poll(left, { timeout: 15_000 }).toEqual([])
    await expect.poll(() => readdirSync(temporary), { timeout: 10_000 }).toEqual([])
  })

  test('refuses what it does not understand', { timeout: 20_000 }, async () => {
    const { code, said } = await ended(start('--kills', 'many'))
    expect(code).toBe(2)
    expect(said).toContain('--kills must be a whole number')
  })
})

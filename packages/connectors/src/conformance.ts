/**
 * The suite that judges any connector, as cases for any test runner:
 *
 *     for (const { name, run } of conformanceCases(stage)) test(name, run)
 *
 * It asks for nothing but the port, on a platform that is set up by the stage: a real server, or a faithful one.
 */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Comment, Connector, Content, Grant, Publication, Publishing, Standing } from './connector.ts'
import type { PlatformFailure, PlatformResult } from './outcome.ts'

export interface ConformanceStage {
  connector: Connector
  /** A new grant of an account that is the same each time. */
  authorize(): Promise<Grant>
  /** Something that the platform takes; the same key makes the same. */
  publication(key: string): Publication
  /** Something that `check` refuses. */
  refused: Publication
  /** Lets the platform go on until a post is through; absent where it is at once. */
  settle?(): Promise<void>
  /** From now on the answers of calls that change something are lost, though the platform acts; or no longer. */
  loseAnswers(lost: boolean): void | Promise<void>
  /** Requests that reached the platform so far. */
  requests(): number
}

type Comments = { comments: readonly Comment[]; next?: string }

export interface ConformanceCase {
  name: string
  run: () => Promise<void>
}

/** @param stage made once; the cases run in order */
export function conformanceCases(stage: ConformanceStage): ConformanceCase[] {
  const { connector } = stage
  const cases: ConformanceCase[] = [
    { name: 'says what it can do, and has the calls for it', run: async () => describesItself(connector) },
    { name: 'gives a grant that hides its secrets and ends in the future', run: () => grants(stage) },
    { name: 'reads the profile of the account that granted', run: () => readsProfile(stage) },
    {
      name: 'reads contents to their end, none twice, untold counts as null',
      run: () => readsContents(stage),
    },
    {
      name: 'reads contents by id, leaves out unknown ones and refuses too many',
      run: () => readsById(stage),
    },
    ...(connector.reading.comments === undefined
      ? []
      : [{ name: 'reads comments under a content, none twice', run: () => readsComments(stage) }]),
    { name: 'stops when it is told to', run: () => stops(stage) },
    { name: 'tells of a refused token as data that holds no secret', run: () => refusesToken(stage) },
  ]
  const { publishing } = connector
  if (publishing !== undefined) {
    cases.push(
      { name: 'publishes, and what it published can be read', run: () => publishes(stage, publishing) },
      { name: 'sends nothing that its own check refuses', run: () => checksFirst(stage, publishing) },
      {
        name: 'says that nobody knows when the answer to a post is lost',
        run: () => losesAnswer(stage, publishing),
      },
    )
    if (publishing.repeatable)
      cases.push({
        name: 'a crash in the middle does not publish twice',
        run: () => repeats(stage, publishing),
      })
    if (publishing.remove !== undefined)
      cases.push({
        name: 'takes a content back, and once more without complaint',
        run: () => removes(stage, publishing),
      })
  }
  if (connector.refresh !== undefined)
    cases.push({ name: 'renews a grant for the same account', run: () => refreshes(stage) })
  cases.push({ name: 'gives a grant up for good, twice without complaint', run: () => revokes(stage) })
  return cases
}

function describesItself({ platform, name, capabilities, limits, idsAtOnce, ...connector }: Connector): void {
  assert.match(platform, /^[a-z][a-z0-9_-]*$/)
  assert.notEqual(name, '')
  assert.ok(connector.authorization.length > 0, 'a way in')
  assert.ok(idsAtOnce > 0)
  for (const { of, requests, windowMs, source } of limits)
    assert.ok(of !== '' && requests > 0 && windowMs > 0 && URL.canParse(source), `limit of ${of}`)
  const { publish, read, webhooks } = capabilities
  const { reading, publishing } = connector
  assert.equal(Object.values(publish).some(Boolean), publishing !== undefined, 'publishing')
  assert.equal(webhooks, connector.webhooks !== undefined, 'webhooks')
  for (const what of ['comments', 'audience', 'income'] as const)
    assert.equal(read[what], reading[what] !== undefined, what)
}

async function grants({ authorize, connector }: ConformanceStage): Promise<void> {
  const grant = await authorize()
  assert.notEqual(grant.accountId, '')
  const { expiresAt = Number.POSITIVE_INFINITY, refreshExpiresAt = Number.POSITIVE_INFINITY } = grant
  assert.ok(expiresAt > grant.obtainedAt && refreshExpiresAt >= expiresAt)
  assert.equal(grant.refresh !== undefined, connector.capabilities.refresh !== 'none')
  assertHidden(grant, grant)
}

async function readsProfile({ authorize, connector }: ConformanceStage): Promise<void> {
  const grant = await authorize()
  const profile = valueIn(await connector.reading.profile(grant))
  assert.equal(profile.accountId, grant.accountId)
  const told: readonly string[] = connector.capabilities.counts.account
  for (const name of ['followers', 'following', 'contents'] as const)
    if (!told.includes(name)) assert.equal(profile[name], null, name)
}

async function readsContents(stage: ConformanceStage): Promise<void> {
  const contents = await allContents(stage, await stage.authorize())
  assert.equal(new Set(contents.map(({ id }) => id)).size, contents.length)
  const told: readonly string[] = stage.connector.capabilities.counts.content
  for (const { id, counts, media, postedAt, source } of contents) {
    assert.ok(id !== '' && source !== '' && Number.isFinite(postedAt))
    for (const { url } of media) assert.ok(URL.canParse(url), `media of ${id}`)
    for (const [name, count] of Object.entries(counts))
      if (!told.includes(name)) assert.equal(count, null, name)
  }
  const times = contents.map(({ postedAt }) => postedAt)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => b - a),
    'newest first',
  )
}

async function readsById(stage: ConformanceStage): Promise<void> {
  const { connector } = stage
  const grant = await stage.authorize()
  const some = (await allContents(stage, grant)).slice(0, 2)
  const ids = some.map(({ id }) => id)
  const unknown = ids[0]?.replace(/.$/, (last) => (last === '2' ? '3' : '2')) ?? '2'
  const found = valueIn(await connector.reading.contentsById(grant, [...ids, unknown]))
  assert.deepEqual(found.map(({ id }) => id).sort(), ids.toSorted())
  assert.deepEqual(valueIn(await connector.reading.contentsById(grant, [])), [])
  const before = stage.requests()
  const many = Array.from({ length: connector.idsAtOnce + 1 }, (_, index) => `${unknown}${index}`)
  assert.equal(failureOf(await connector.reading.contentsById(grant, many)).sent, 'no')
  assert.equal(stage.requests(), before)
}

async function readsComments(stage: ConformanceStage): Promise<void> {
  const { reading } = stage.connector
  const grant = await stage.authorize()
  for (const { id } of (await allContents(stage, grant)).slice(0, 3)) {
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const page = valueIn(
        await (reading.comments?.(grant, id, { cursor }) as Promise<PlatformResult<Comments>>),
      )
      for (const { id: commentId, contentId, authorId, source, postedAt } of page.comments) {
        assert.equal(contentId, id)
        assert.ok(!seen.has(commentId), 'none twice')
        assert.ok(authorId !== '' && source !== '' && Number.isFinite(postedAt))
        seen.add(commentId)
      }
      assert.ok(page.next === undefined || page.next !== cursor, 'the cursor moves')
      cursor = page.next
    } while (cursor !== undefined)
  }
}

async function stops({ authorize, connector }: ConformanceStage): Promise<void> {
  const grant = await authorize()
  const reason = new Error('enough')
  const stopped = connector.reading.profile(grant, { signal: AbortSignal.abort(reason) })
  await assert.rejects(stopped, reason)
}

async function refusesToken({ authorize, connector }: ConformanceStage): Promise<void> {
  const grant = await authorize()
  const other = await authorize()
  valueIn(await connector.revoke(other))
  const failure = failureOf(
    await (connector.refresh === undefined ? connector.reading.profile(other) : connector.refresh(other)),
  )
  assert.ok(failure.needs === 'reconnect', `needs ${failure.needs}`)
  assert.equal(failure.sent, 'answered')
  assertHidden(failure, grant)
  assertHidden(failure, other)
}

async function publishes(stage: ConformanceStage, publishing: Publishing): Promise<void> {
  const grant = await stage.authorize()
  const publication = stage.publication('conformance-publish')
  const [id = ''] = await published(stage, publishing, grant, publication)
  const [content] = valueIn(await stage.connector.reading.contentsById(grant, [id]))
  assert.equal(content?.text, publication.text)
  const listed = (await allContents(stage, grant)).filter((one) => one.id === id)
  assert.equal(listed.length, 1)
}

async function checksFirst(stage: ConformanceStage, publishing: Publishing): Promise<void> {
  const grant = await stage.authorize()
  assert.notEqual(publishing.check(stage.refused).length, 0)
  assert.deepEqual(publishing.check(stage.publication('conformance-check')), [])
  const before = stage.requests()
  const failure = failureOf(await publishing.publish(grant, stage.refused))
  assert.equal(failure.sent, 'no')
  assert.ok(failure.field)
  assert.equal(stage.requests(), before)
}

async function losesAnswer(stage: ConformanceStage, publishing: Publishing): Promise<void> {
  const grant = await stage.authorize()
  const failure = failureOf(await publishLosing(stage, publishing, grant, 'conformance-lost'))
  assert.equal(failure.sent, 'maybe')
  assert.notEqual(failure.retry, 'never')
}

async function repeats(stage: ConformanceStage, publishing: Publishing): Promise<void> {
  const grant = await stage.authorize()
  const publication = stage.publication('conformance-crash')
  const before = (await allContents(stage, grant)).length
  failureOf(await publishLosing(stage, publishing, grant, publication.key))
  const first = await published(stage, publishing, grant, publication)
  const second = await published(stage, publishing, grant, publication)
  assert.deepEqual(second, first)
  assert.equal((await allContents(stage, grant)).length, before + 1)
}

async function removes(stage: ConformanceStage, publishing: Publishing): Promise<void> {
  const grant = await stage.authorize()
  const [id = ''] = await published(stage, publishing, grant, stage.publication('conformance-remove'))
  valueIn((await publishing.remove?.(grant, id)) as PlatformResult<void>)
  assert.deepEqual(valueIn(await stage.connector.reading.contentsById(grant, [id])), [])
  valueIn((await publishing.remove?.(grant, id)) as PlatformResult<void>)
}

async function refreshes({ authorize, connector }: ConformanceStage): Promise<void> {
  const grant = await authorize()
  const fresh = valueIn((await connector.refresh?.(grant)) as PlatformResult<Grant>)
  assert.equal(fresh.accountId, grant.accountId)
  if (connector.capabilities.refresh === 'rotating')
    assert.notEqual(fresh.refresh?.reveal(), grant.refresh?.reveal())
  valueIn(await connector.reading.profile(fresh))
}

async function revokes({ authorize, connector }: ConformanceStage): Promise<void> {
  const grant = await authorize()
  valueIn(await connector.revoke(grant))
  valueIn(await connector.revoke(grant))
}

async function publishLosing(
  stage: ConformanceStage,
  publishing: Publishing,
  grant: Grant,
  key: string,
): Promise<PlatformResult<Standing>> {
  await stage.loseAnswers(true)
  try {
    return await publishing.publish(grant, stage.publication(key))
  } finally {
    await stage.loseAnswers(false)
  }
}

/** Publishes and waits; the ids that came of it. */
async function published(
  stage: ConformanceStage,
  publishing: Publishing,
  grant: Grant,
  publication: Publication,
): Promise<readonly string[]> {
  const begun = valueIn(await publishing.publish(grant, publication))
  if (begun.state === 'processing') await stage.settle?.()
  const standing = valueIn(await publishing.status(grant, begun.publishId))
  assert.equal(standing.state, 'published')
  return standing.state === 'published' ? standing.contentIds : []
}

async function allContents({ connector }: ConformanceStage, grant: Grant): Promise<Content[]> {
  const contents: Content[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const page = valueIn(await connector.reading.contents(grant, { cursor }))
    contents.push(...page.contents)
    cursor = page.next
    assert.ok(cursor === undefined || !seen.has(cursor), 'the cursor moves')
    if (cursor !== undefined) seen.add(cursor)
  } while (cursor !== undefined)
  return contents
}

function assertHidden(shown: unknown, { access, refresh, binding }: Grant): void {
  const text = `${JSON.stringify(shown)}${inspect(shown, { depth: 9 })}`
  for (const secret of [access, refresh, binding])
    if (secret !== undefined) assert.ok(!text.includes(secret.reveal()), 'a secret is shown')
}

function valueIn<T>(result: PlatformResult<T>): T {
  if (!result.ok) assert.fail(`${result.failure.code}: ${result.failure.message}`)
  return result.value
}

function failureOf(result: PlatformResult<unknown>): PlatformFailure {
  if (result.ok) assert.fail('It succeeded.')
  return result.failure
}

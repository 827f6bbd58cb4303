/** Tools that read from the hub, or from this machine's own records where no hub answers; and those that publish. */
import { POST_STATES } from '@tockwork/api'
import { UsageError } from '@tockwork/kernel'
import { z } from 'zod'
import { readPost } from '../../state/post-records.ts'
import { chooseTarget } from '../../target.ts'
import { gatherLogins } from '../doctor/facts.ts'
import { explanationsOf, notesOn } from '../explain/explanation.ts'
import { findHub } from '../hub-link.ts'
import { defineTool, type Workshop } from './tool.ts'

const account = z
  .string()
  .regex(/^acc_\w{1,64}$/)
  .describe('Id of an account: acc_…')
const post = z
  .string()
  .regex(/^post_\w{1,64}$/)
  .describe('Id of a post: post_…')
const most = z.int().min(1).max(100).default(20)

/** @throws {UsageError} saying why there is no hub to ask. */
async function hubOf({ context }: Workshop) {
  const link = await findHub(context)
  if ('client' in link) return link.client
  throw new UsageError(link.problem, {
    code: 'no_hub',
    action: 'Start it with `tockwork serve`, or set TOCKWORK_HUB_URL and TOCKWORK_API_KEY.',
  })
}

const listAccounts = defineTool({
  name: 'list_accounts',
  title: 'List accounts',
  description: 'Connected accounts of the hub, and who is logged in on this machine. No tokens.',
  kind: 'read',
  input: z.object({ limit: most }),
  run: async ({ limit }, { context }) => {
    const link = await findHub(context)
    const logins = await gatherLogins(context.config.dataDir)
    return {
      hub:
        'client' in link
          ? await link.client.connectedAccounts.list({ query: { limit } })
          : { problem: link.problem },
      logins: logins.slice(0, limit).map(({ target, account: each, tokens }) => ({
        target,
        open_id: each.openId,
        username: each.username ?? null,
        client_key: each.clientKey,
        scopes: each.scopes,
        renewable_until: tokens === undefined ? null : new Date(tokens.refreshExpiresAt).toISOString(),
      })),
    }
  },
})

const listPosts = defineTool({
  name: 'list_posts',
  title: 'List posts',
  description: 'Posts of the hub, newest first.',
  kind: 'read',
  input: z.object({ account_id: account.optional(), state: z.enum(POST_STATES).optional(), limit: most }),
  run: async (query, workshop) => ({ ...(await (await hubOf(workshop)).posts.list({ query })) }),
})

const limits = defineTool({
  name: 'limits',
  title: 'Rate limits',
  description: 'The hub’s rate windows as they stand; what is not listed is free.',
  kind: 'read',
  input: z.object({ account_id: account.optional(), limit: most }),
  run: async (query, workshop) => ({ ...(await (await hubOf(workshop)).limits.list({ query })) }),
})

const diagnosePost = defineTool({
  name: 'diagnose_post',
  title: 'Diagnose a post',
  description:
    'How a post came to be as it is: each step, and of a failure what it means, whether to retry and what to do. By the hub’s id, or by TikTok’s publish_id of a post made on this machine.',
  kind: 'read',
  input: z.object({
    id: z
      .string()
      .trim()
      .regex(/^[\w.~-]{1,200}$/),
  }),
  run: async ({ id }, workshop) => {
    if (id.startsWith('post_')) {
      const found = await (await hubOf(workshop)).posts.get({ params: { post_id: id } })
      const { failure, state_reason: waitsFor } = found
      return { post: found, explanation: explain(failure?.reason ?? waitsFor) }
    }
    const record = await readPost(await chooseTarget(workshop.context), id)
    if (record === undefined)
      throw new UsageError('No post of this id was made on this machine.', {
        code: 'unknown_post',
        field: 'id',
        action: 'Use an id of list_posts, or the publish_id of a post of `tockwork post`.',
      })
    // Neither the upload address nor the path of the file is of use to an assistant.
    const { publishId, media, draft, isPublic, createdAt, state } = record
    return {
      post: { publish_id: publishId, media, draft, is_public: isPublic, created_at: createdAt, state },
      explanation: explain(state),
    }
  },
})

function explain(code: string | null | undefined): unknown {
  if (code === null || code === undefined) return null
  const found = explanationsOf(code)
  const [first] = found.filter(({ api }) => api === 'fail_reason').concat(found)
  return first === undefined ? null : { ...first, notes: notesOn(code) }
}

/** @throws {UsageError} until the caller repeats what it is about to do. */
function confirm(given: string | undefined, wanted: string, preview: Record<string, unknown>): void {
  if (given === wanted) return
  throw new UsageError('Nothing was done: the confirmation is missing or another.', {
    code: 'confirmation_needed',
    field: 'confirm',
    action: `Show this to the user: ${JSON.stringify(preview)}. If they agree, call again with confirm: ${JSON.stringify(wanted)}.`,
  })
}

/** What a post is made of, for those that make one and the one that only asks. */
const newPost = {
  account_id: account,
  mode: z.enum(['direct', 'draft']),
  video_url: z
    .url({ protocol: /^https$/ })
    .max(2048)
    .optional(),
  asset_id: z
    .string()
    .regex(/^ast_\w{1,64}$/)
    .optional(),
  photo_urls: z
    .array(z.url({ protocol: /^https$/ }).max(2048))
    .min(1)
    .max(35)
    .optional(),
  title: z.string().max(2200).optional(),
  privacy_level: z
    .string()
    .max(64)
    .optional()
    .describe('Direct posts: as the user chose; there is no default'),
}
const confirmation = z.string().max(200).optional()
const idempotencyKey = z
  .string()
  .min(8)
  .max(200)
  .describe('Same key, same post: sent again, nothing is posted twice')

function bodyOf(input: z.output<z.ZodObject<typeof newPost>>) {
  const { account_id, mode, video_url, asset_id, photo_urls, title, privacy_level } = input
  if ([video_url, asset_id, photo_urls].filter((each) => each !== undefined).length !== 1)
    throw new UsageError('Give one of video_url, asset_id and photo_urls.', { field: 'video_url' })
  return {
    accounts: [account_id],
    mode,
    ...(photo_urls === undefined
      ? { video: asset_id === undefined ? { url: video_url as string } : { asset_id } }
      : { photos: { urls: photo_urls } }),
    options: {
      ...(title === undefined ? {} : { title }),
      ...(privacy_level === undefined ? {} : { privacy_level }),
    },
  }
}

const when = {
  scheduled_at: z
    .string()
    .max(40)
    .optional()
    .describe('An instant such as 2026-12-01T18:00:00Z, or a local time with time_zone'),
  time_zone: z.string().max(60).optional().describe('Such as Europe/Berlin'),
  next_slot: z.boolean().optional().describe('The next free slot of the account’s queue'),
}

function timeOf({ scheduled_at, time_zone, next_slot }: z.output<z.ZodObject<typeof when>>) {
  return {
    ...(scheduled_at === undefined ? {} : { scheduled_at }),
    ...(time_zone === undefined ? {} : { time_zone }),
    ...(next_slot === true ? { schedule: 'next_slot' as const } : {}),
  }
}

const dryRun = defineTool({
  name: 'dry_run_post',
  title: 'Try a post without posting',
  description:
    'Whether the hub would take a post now: scopes, the creator’s present settings, caption, media and time. Nothing is made or sent to be posted.',
  kind: 'read',
  input: z.object({ ...newPost, ...when }),
  run: async (input, workshop) => {
    const body = { ...bodyOf(input), ...timeOf(input) }
    return { would_send: body, ...(await (await hubOf(workshop)).posts.check({ body })) }
  },
})

const publish = defineTool({
  name: 'publish',
  title: 'Publish a video or photos',
  description:
    'Posts through the hub, as soon as limits allow. The first call changes nothing and says what to confirm; only after the user has agreed, call again with that text.',
  kind: 'publish',
  input: z.object({ ...newPost, confirm: confirmation, idempotency_key: idempotencyKey }),
  run: async (input, workshop) => {
    const body = bodyOf(input)
    confirm(input.confirm, `publish to ${input.account_id}`, body)
    const hub = await hubOf(workshop)
    return { ...(await hub.posts.create({ body }, { idempotencyKey: input.idempotency_key })) }
  },
})

const schedule = defineTool({
  name: 'schedule',
  title: 'Schedule a post',
  description:
    'A new post at a time or in the next slot of the queue. The first call changes nothing and says what to confirm; only after the user has agreed, call again with that text.',
  kind: 'publish',
  input: z.object({ ...newPost, ...when, confirm: confirmation, idempotency_key: idempotencyKey }),
  run: async (input, workshop) => {
    const time = timeOf(input)
    const at = input.next_slot === true ? 'the next slot' : input.scheduled_at
    if (at === undefined || (input.next_slot === true && input.scheduled_at !== undefined))
      throw new UsageError('Give one of scheduled_at and next_slot.', { field: 'scheduled_at' })
    const body = { ...bodyOf(input), ...time }
    confirm(input.confirm, `schedule for ${input.account_id} at ${at}`, body)
    const hub = await hubOf(workshop)
    return { ...(await hub.posts.create({ body }, { idempotencyKey: input.idempotency_key })) }
  },
})

const reschedule = defineTool({
  name: 'reschedule',
  title: 'Move a post to another time',
  description:
    'Moves a post of the hub that has not gone out. The first call changes nothing and says what to confirm; only after the user has agreed, call again with that text.',
  kind: 'publish',
  input: z.object({ post_id: post, ...when, confirm: confirmation }),
  run: async (input, workshop) => {
    const body = timeOf(input)
    // Without a time the hub would post at once, which is `publish` and not this.
    if ((input.scheduled_at === undefined) === (input.next_slot !== true))
      throw new UsageError('Give one of scheduled_at and next_slot.', { field: 'scheduled_at' })
    const at = input.scheduled_at ?? 'the next slot'
    confirm(input.confirm, `move ${input.post_id} to ${at}`, { post_id: input.post_id, ...body })
    const hub = await hubOf(workshop)
    return { post: await hub.posts.reschedule({ params: { post_id: input.post_id }, body }) }
  },
})

const cancel = defineTool({
  name: 'cancel',
  title: 'Cancel a post',
  description:
    'Cancels a post of the hub. The first call changes nothing and says what to confirm; only after the user has agreed, call again with that text.',
  kind: 'publish',
  input: z.object({ post_id: post, confirm: confirmation }),
  run: async ({ post_id, confirm: given }, workshop) => {
    confirm(given, `cancel ${post_id}`, { cancel: post_id })
    return { post: await (await hubOf(workshop)).posts.cancel({ params: { post_id } }) }
  },
})

export const hubTools = [
  listAccounts,
  listPosts,
  limits,
  diagnosePost,
  dryRun,
  publish,
  schedule,
  reschedule,
  cancel,
]

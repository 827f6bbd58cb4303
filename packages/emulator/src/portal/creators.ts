import * as z from 'zod/mini'
import type { Platform } from '../platform.ts'
import type { CreatorRow } from '../state/model.ts'
import { plant, seedSpec } from '../state/seed.ts'
import { PortalProblem, problem } from './problem.ts'

const count = z.int().check(z.minimum(0))

/** What of a creator can be changed while the world goes on. */
export const creatorChange = z.strictObject({
  display_name: z.optional(z.string().check(z.minLength(1), z.maxLength(30))),
  bio: z.optional(z.string().check(z.maxLength(80))),
  private: z.optional(z.boolean()),
  verified: z.optional(z.boolean()),
  banned: z.optional(z.boolean()),
  comments_off: z.optional(z.boolean()),
  duet_off: z.optional(z.boolean()),
  stitch_off: z.optional(z.boolean()),
  followers: z.optional(count),
  following: z.optional(count),
  max_duration_sec: z.optional(z.int().check(z.minimum(1))),
  daily_post_cap: z.optional(count),
  region: z.optional(z.enum(['EEA', 'UK', 'other'])),
  business: z.optional(z.boolean()),
  app_version: z.optional(z.string().check(z.regex(/^\d+\.\d+(\.\d+)?$/, 'must read like 42.0.0'))),
})

export type CreatorChange = z.output<typeof creatorChange>

const fields = {
  display_name: 'displayName',
  bio: 'bio',
  private: 'private',
  verified: 'verified',
  banned: 'banned',
  comments_off: 'commentsOff',
  duet_off: 'duetOff',
  stitch_off: 'stitchOff',
  followers: 'followers',
  following: 'following',
  max_duration_sec: 'maxDurationSec',
  daily_post_cap: 'dailyPostCap',
  region: 'region',
  business: 'business',
  app_version: 'appVersion',
} as const satisfies Record<keyof CreatorChange, keyof CreatorRow>

/** @throws {PortalProblem} when there is none of this name */
export function findCreator(platform: Platform, username: string): CreatorRow {
  const creator = platform.world.creators.get(username)
  if (creator === undefined) throw problem('username', `there is no creator ${username}`)
  return creator
}

/** A new account, described as in a seed; all but the username has defaults. @throws {PortalProblem} */
export function createCreator(platform: Platform, value: unknown): CreatorRow {
  const read = z.safeParse(seedSpec, { creators: [value] })
  if (!read.success) throw schemaProblems(read.error, 2)
  const spec = read.data.creators?.[0]
  if (spec === undefined) throw problem('username', 'is required')
  if (platform.world.creators.get(spec.username) !== undefined) throw problem('username', 'is taken')
  plant(platform, { creators: [spec] })
  return findCreator(platform, spec.username)
}

/** @throws {PortalProblem} naming the field; nothing is changed then */
export function updateCreator(platform: Platform, creator: CreatorRow, value: unknown): CreatorRow {
  const read = z.safeParse(creatorChange, value)
  if (!read.success) throw schemaProblems(read.error, 0)
  const change = Object.fromEntries(
    Object.entries(read.data).map(([name, given]) => [fields[name as keyof CreatorChange], given]),
  )
  return platform.world.creators.patch(creator, change)
}

/** A creator as the control API shows it, in the words of a seed. */
export function creatorView(creator: CreatorRow): Record<string, unknown> {
  return {
    username: creator.id,
    ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, creator[field]])),
    created_at: new Date(creator.createdAt).toISOString(),
  }
}

/** The problems a schema found; `skip` leaves out the outer part of each path. */
export function schemaProblems(error: z.core.$ZodError, skip: number): PortalProblem {
  return new PortalProblem(
    error.issues.map((issue) => ({
      field:
        issue.code === 'unrecognized_keys'
          ? issue.keys.join(', ')
          : issue.path.slice(skip).join('.') || 'body',
      rule: issue.code === 'unrecognized_keys' ? 'no such field' : issue.message,
    })),
  )
}

import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { allowedInSandbox, MAX_NAME, newCredentials, sandboxesOf } from './apps.ts'
import { PortalProblem, type Problem, problem } from './problem.ts'

/** Source: developers.tiktok.com/doc/add-a-sandbox. */
export const MAX_SANDBOXES = 5
export const MAX_TARGET_USERS = 10

/**
 * A sandbox with credentials of its own and a configuration cloned from the app, or from another of its sandboxes.
 * @throws {PortalProblem} naming `name`, `clone_from`, or `sandboxes` when there are five
 */
export function createSandbox(
  platform: Platform,
  app: AppRow,
  { name, clone_from: cloneFrom }: { name: string; clone_from?: string | undefined },
): AppRow {
  if (app.kind === 'sandbox') throw problem('client_key', 'is a sandbox itself; name its app')
  const siblings = sandboxesOf(platform, app)
  const problems: Problem[] = []
  if (siblings.length >= MAX_SANDBOXES)
    problems.push({ field: 'sandboxes', rule: `at most ${MAX_SANDBOXES} for one app` })
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > MAX_NAME)
    problems.push({ field: 'name', rule: `must be 1 to ${MAX_NAME} characters` })
  const model = [app, ...siblings].find((one) => one.id === (cloneFrom || app.id))
  if (model === undefined)
    problems.push({ field: 'clone_from', rule: 'must be the app or one of its sandboxes' })
  if (problems.length > 0 || model === undefined) throw new PortalProblem(problems)
  const { world, clock, ids } = platform
  return world.apps.put({
    ...newCredentials(ids, 'sb'),
    name: trimmed,
    kind: 'sandbox',
    parent: app.id,
    platform: model.platform,
    audit: 'none',
    // Sandboxes need no review.
    review: 'draft',
    scopes: model.scopes.filter(allowedInSandbox),
    redirectUris: [...model.redirectUris],
    ...(model.webhookUrl === undefined ? {} : { webhookUrl: model.webhookUrl }),
    urlProperties: model.urlProperties.map((property) => ({ ...property })),
    targetUsers: [...model.targetUsers],
    activeUserCap: model.activeUserCap,
    createdAt: clock.now(),
  })
}

/** The accounts that may authorize a sandbox: all of them, in place of those before. @throws {PortalProblem} */
export function setTargetUsers(platform: Platform, sandbox: AppRow, users: readonly string[]): AppRow {
  if (sandbox.kind !== 'sandbox') throw problem('client_key', 'only sandboxes have target users')
  const chosen = [...new Set(users)]
  const problems: Problem[] = chosen
    .filter((user) => platform.world.creators.get(user) === undefined)
    .map((user) => ({ field: 'users', rule: `there is no creator ${user}` }))
  if (chosen.length > MAX_TARGET_USERS)
    problems.push({ field: 'users', rule: `at most ${MAX_TARGET_USERS} for one sandbox` })
  if (problems.length > 0) throw new PortalProblem(problems)
  return platform.world.apps.patch(sandbox, { targetUsers: chosen })
}

import type { Endpoint, OutputOf } from '@tockwork/contracts'
import type { Handler, HandlerContext } from '../endpoint/handlers.ts'
import { type Platform, Refusal } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { isDrawn, researchWorld } from './research-world.ts'

type Quota = 'general' | 'relations' | 'commercial'

/** Spent by an app on one UTC day. */
interface Spent {
  day: string
  requests: number
}

/**
 * What every call of the two research APIs goes through: the approved scope, the quota of the UTC day, and the failures
 * that are set to happen. A failure counts towards the quota, as clients report.
 */
export function metered<E extends Endpoint>(scope: string, quota: Quota, handler: Handler<E>): Handler<E> {
  return async (context: HandlerContext<E>): Promise<OutputOf<E>> => {
    const { platform, app } = context
    if (!app.scopes.includes(scope))
      throw new Refusal(
        'scope_not_authorized',
        `The user did not authorize the scope required for completing this request: ${scope} (the research project is missing or not approved)`,
      )
    spend(platform, app, quota)
    const world = researchWorld(platform)
    world.calls += 1
    if (isDrawn(platform, 0x500, platform.settings.researchFailures))
      throw new Refusal('internal_error', 'Something is wrong. Please try again later.')
    return handler(context)
  }
}

function spend(platform: Platform, app: AppRow, quota: Quota): void {
  const { world, clock, settings } = platform
  const limit = quota === 'relations' ? settings.researchDailyRelations : settings.researchDailyRequests
  const day = new Date(clock.now()).toISOString().slice(0, 10)
  const id = `research-quota:${quota}:${app.id}`
  const kept = world.meta.get(id)?.value as Spent | undefined
  const requests = kept?.day === day ? kept.requests : 0
  // A call beyond the quota is not counted: the number stays that of the calls that were answered.
  if (requests >= limit)
    throw new Refusal(
      'daily_quota_limit_exceeded',
      `The ${quota} quota of ${limit} requests a day is used up; it is renewed at 00:00 UTC.`,
    )
  world.meta.put({ id, value: { day, requests: requests + 1 } satisfies Spent })
}

/** When a post goes out: as it is asked for, and as it is written down. */
import type { FieldError } from '@tockwork/api'
import type { Change } from './change-post.ts'
import type { Post } from './post.ts'
import type { PostTime } from './post-request.ts'
import { WITHOUT_APPROVAL } from './post-states.ts'
import { resolveSchedule, type ScheduleResult } from './schedule.ts'

type ResolvedTime = Extract<ScheduleResult, { ok: true }>

/** The time that was asked for; `undefined`: none, or what is wrong with it stands in `errors`. */
export function timeOf(time: PostTime, now: number, errors: FieldError[]): ResolvedTime | undefined {
  const { scheduledAt, timeZone, nextSlot } = time
  if (nextSlot && (scheduledAt !== undefined || timeZone !== undefined)) {
    const field = scheduledAt === undefined ? 'time_zone' : 'scheduled_at'
    errors.push({ field, rule: 'one_time', message: 'The queue knows the time: leave this out.' })
    return undefined
  }
  if (scheduledAt === undefined) return undefined
  const schedule = resolveSchedule(scheduledAt, timeZone, now)
  if (schedule.ok) return schedule
  errors.push({ field: schedule.field, rule: schedule.rule, message: schedule.message })
  return undefined
}

/** A post at another time. One that nobody has said yes to keeps waiting for that. */
export function movedTo(
  post: Post,
  to: { at: number | undefined; timeZone: string | undefined; slot: boolean },
  now: number,
): Change {
  const set = {
    scheduledAt: to.at,
    timeZone: to.timeZone,
    slotAt: to.slot ? to.at : undefined,
    stateReason: undefined,
  }
  if (WITHOUT_APPROVAL.has(post.state)) return { set: { ...set, stepAt: undefined } }
  const stepAt = to.at ?? now
  // From `accepted` the next step sees the time by itself.
  if (post.state === 'accepted') return { set: { ...set, stepAt: now } }
  return {
    to: 'waiting_for_time',
    cause: 'rescheduled',
    detail: { until: new Date(stepAt).toISOString() },
    set: { ...set, stepAt },
  }
}

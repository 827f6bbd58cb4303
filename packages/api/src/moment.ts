import { z } from 'zod'

/** A time as the API shows it: ISO 8601 in UTC. */
export const moment = z.iso.datetime().meta({ example: '2026-11-24T12:00:00.000Z' })

/** An id with its prefix, such as `acc_01J…`. */
export function idOf(prefix: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`))
    .meta({ example: `${prefix}_01JD9ZK3W5Q8X7R6T4V2N0M1HC` })
}

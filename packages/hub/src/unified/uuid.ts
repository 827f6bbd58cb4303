import { createHash } from 'node:crypto'
import type { Random } from '@tockwork/kernel'

/** A UUID of version 4. */
export function newUuid(random: Random): string {
  return withVersion(Buffer.from(random.bytes(16)), 4)
}

/** The id of a content: the same as `unified_content_id` gives in the database, where the index stands on it. */
export function contentId(accountId: string, externalId: string): string {
  return namedUuid('tockwork-content', `${accountId}/${externalId}`)
}

/** The id of a comment. */
export function commentId(accountId: string, externalId: string): string {
  return namedUuid('tockwork-comment', `${accountId}/${externalId}`)
}

/** The id under which a webhook is told, the same for every try. @param eventId `evt_…` */
export function eventUuid(eventId: string): string {
  return namedUuid('tockwork-webhook', eventId)
}

/** The id of an account's audience, which has one or none. */
export function audienceId(profileId: string): string {
  return namedUuid('tockworkaudience', profileId)
}

/** A UUID of version 3 (RFC 9562, section 5.3); the name space is given as its sixteen bytes. */
function namedUuid(nameSpace: string, name: string): string {
  return withVersion(createHash('md5').update(nameSpace).update(name).digest(), 3)
}

function withVersion(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

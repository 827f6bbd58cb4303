/** Changes as an iCalendar file (RFC 5545), for the calendar of a team. */
import type { Change } from './change-feed.ts'

/** What has no day cannot stand in a calendar and is left out. */
export function toCalendar(changes: readonly Change[], now: Date): string {
  const stamp = `${now.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Tockwork//changes//EN',
    'CALSCALE:GREGORIAN',
    'X-WR-CALNAME:TikTok API changes',
    ...changes.flatMap((change) => toEvent(change, stamp)),
    'END:VCALENDAR',
  ]
  return `${lines.map(fold).join('\r\n')}\r\n`
}

function toEvent(change: Change, stamp: string): string[] {
  const day = change.due ?? change.announced
  if (day === null) return []
  const unconfirmed = change.provenance === 'documented' ? '' : ' (unconfirmed)'
  const { endpoints, addresses, fields } = change.touches
  const touched = [...endpoints, ...addresses, ...fields]
  const description = [
    change.action,
    ...(touched.length === 0 ? [] : [`Touches: ${touched.join(', ')}`]),
    `Source: ${change.source}`,
  ].join('\n')
  return [
    'BEGIN:VEVENT',
    // The same change keeps its UID, so that a calendar that takes the file again replaces it.
    `UID:${change.id}@tockwork`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${day.replaceAll('-', '')}`,
    `SUMMARY:${escapeText(`TikTok ${change.kind}: ${change.what}${unconfirmed}`)}`,
    `DESCRIPTION:${escapeText(description)}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ]
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n')
}

/** A line has at most 75 octets; the rest goes on after a blank. No character is cut in two. */
const octetsOf = (text: string): number => new TextEncoder().encode(text).length

function fold(line: string): string {
  let folded = ''
  let octets = 0
  for (const character of line) {
    const size = octetsOf(character)
    if (octets + size > 75) {
      folded += '\r\n '
      octets = 1
    }
    folded += character
    octets += size
  }
  return folded
}

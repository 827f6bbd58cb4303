/** The submission packet: what app review and the Content Posting audit ask, answered from facts. */
import { scopes as knownScopes, possibilities, type Scope } from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import {
  type ChecklistItem,
  notOfAPage,
  provenLines,
  publishPageProof,
  reviewChecklist,
  uxChecklist,
} from '@tockwork/contracts/audit'
import { type CodeUsage, scopesUsed } from '../assistant/code/code-usage.ts'
import { type DataKind, erasureProof, type SealedKind, sealedKinds, storedWith } from './data-handling.ts'
import type { HubAudit } from './hub-facts.ts'
import type { Recording } from './recording.ts'

export interface ScopeEntry {
  scope: string
  consent: string
  /** Endpoints and fields that need it, with where that was seen. */
  used_by: { what: string; seen: string[] }[]
  /** Whether the recording has a step of it; null without a recording. */
  recorded: boolean | null
}

export interface Packet {
  app: HubAudit['app'] | null
  scopes: ScopeEntry[]
  data: DataKind[]
  /** What lies in the database as envelopes of the vault alone. */
  sealed: SealedKind[]
  erasures: string[]
  /**
   * `status`: whether the recording shows it. `tested`: by which test the hub's publish page keeps it, or null where
   * none can; your own screen is yours to test.
   */
  checklist: (ChecklistItem & { status: 'shown' | 'not-shown' | 'yours'; tested: string | null })[]
  review: readonly ChecklistItem[]
  recording: Recording | null
  /** What would be refused as it stands. */
  gaps: string[]
}

export interface PacketFacts {
  scopes: readonly string[]
  hub: HubAudit | undefined
  code: CodeUsage | undefined
  recording: Recording | undefined
}

export function makePacket({ scopes, hub, code, recording }: PacketFacts): Packet {
  const inCode = code === undefined ? [] : scopesUsed(code)
  const entries = scopes.map((scope): ScopeEntry => {
    const byCode = inCode.find((each) => each.scope === scope)?.by ?? []
    const used = byCode.map(({ what, places }) => ({
      what,
      seen: places.map(({ file, line }) => `${file}:${line}`),
    }))
    for (const id of hub?.called ?? []) {
      if (!needs(id).includes(scope)) continue
      const known = used.find(({ what }) => what === id)
      if (known === undefined) used.push({ what: id, seen: ['calls of the hub'] })
      else known.seen.push('calls of the hub')
    }
    return {
      scope,
      consent: Object.hasOwn(knownScopes, scope) ? knownScopes[scope as Scope].consent : '',
      used_by: used,
      recorded:
        recording === undefined
          ? null
          : recording.steps.some((step) => step.scope === scope && step.frames > 0),
    }
  })
  const shown = new Set(recording?.steps.flatMap(({ lines }) => lines) ?? [])
  const posts = scopes.some((scope) => scope === 'video.publish' || scope === 'video.upload')
  const checklist = posts
    ? uxChecklist.map((item) => ({
        ...item,
        tested: provenLines.includes(item.id) ? `${publishPageProof.file} ${item.id}` : null,
        status: notOfAPage.includes(item.id)
          ? ('yours' as const)
          : shown.has(item.id)
            ? ('shown' as const)
            : ('not-shown' as const),
      }))
    : []
  return {
    app: hub?.app ?? null,
    scopes: entries,
    data: storedWith(scopes),
    sealed: Object.values(sealedKinds),
    erasures: erasureProof(hub),
    checklist,
    review: reviewChecklist,
    recording: recording ?? null,
    gaps: [
      ...entries
        .filter(({ scope, used_by }) => used_by.length === 0 && scope !== 'user.info.basic')
        .map(({ scope }) => `${scope} is asked for, and no call was seen that uses it.`),
      ...inCode
        .filter(({ scope }) => !scopes.includes(scope))
        .map(({ scope }) => `${scope} is used by the code, and not asked for.`),
      ...(recording === undefined
        ? ['There is no demo recording yet (--record).']
        : entries
            .filter(({ recorded }) => recorded === false)
            .map(({ scope }) => `${scope} has no step in the recording.`)),
      ...(recording?.file === null ? ['The frames are not a video yet: ffmpeg was not found.'] : []),
    ],
  }
}

function needs(endpoint: string): string[] {
  const declared = endpoints.find(({ id }) => id === endpoint)?.scopes
  return declared === undefined ? [] : possibilities(declared).flat()
}

const marks = { shown: '[x]', 'not-shown': '[ ]', yours: '[ ] (yours to say)' } as const

export function packetPage(packet: Packet): string {
  const { app, scopes, data, sealed, erasures, checklist, review, recording, gaps } = packet
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  return `${[
    `# Submission packet${app === null ? '' : `: ${app.name} (${app.client_key})`}`,
    '',
    '## To do before submitting',
    '',
    ...(gaps.length === 0 ? ['Nothing that this program can see.'] : gaps.map((gap) => `- ${gap}`)),
    '',
    '## Scopes, and the calls that use each',
    '',
    '| scope | what the creator reads | used by | in the video |',
    '|---|---|---|---|',
    ...scopes.map(({ scope, consent, used_by, recorded }) =>
      [
        '',
        ` ${scope} `,
        ` ${cell(consent)} `,
        ` ${cell(used_by.map(({ what, seen }) => `${what} (${seen.slice(0, 3).join(', ')})`).join('; ')) || (scope === 'user.info.basic' ? 'comes with the login' : 'nothing that was seen')} `,
        ` ${recorded === null ? 'not recorded' : recorded ? 'yes' : 'no'} `,
        '',
      ].join('|'),
    ),
    '',
    '## How data are handled',
    '',
    '| data | why | kept |',
    '|---|---|---|',
    ...data.map(({ what, why, kept }) => `| ${what} | ${why} | ${kept} |`),
    '',
    'Sealed by AES-256-GCM, each under a key of its own, which is sealed under a master key that is not in the database:',
    '',
    ...sealed.map(({ what, kept }) => `- ${what}; kept ${kept}`),
    '',
    'A creator is erased by one call. It revokes the grant at TikTok and removes what stands above. Erasures so far:',
    '',
    ...erasures.map((line) => `- ${line}`),
    '',
    ...(checklist.length === 0
      ? []
      : [
          '## The posting screen',
          '',
          `Of ${checklist.length} lines ${checklist.filter(({ tested }) => tested !== null).length} are kept by the hub’s publish page, each by a test of its name on ${publishPageProof.looks.length} looks (${publishPageProof.looks.join('; ')}): \`${publishPageProof.file}\`. Ticked is what the recording shows.`,
          '',
          ...checklist.map(
            ({ id, rule, status, tested }) =>
              `- ${marks[status]} ${rule} \`${id}\`${tested === null ? '' : ' (tested)'}`,
          ),
          '',
        ]),
    '## App review',
    '',
    ...review.map(({ rule }) => `- [ ] ${rule}`),
    '',
    ...(recording === null
      ? []
      : [
          '## The demo',
          '',
          recording.file === null
            ? `Frames are in \`${recording.folder}\`.`
            : `\`${recording.file}\`, ${recording.frames} frames.`,
          '',
          ...recording.steps.map(
            ({ title, from, frames }) => `- frames ${from} to ${from + frames - 1}: ${title}`,
          ),
          '',
          'Its last scene, the post on TikTok itself, is yours to record, with the account set to private.',
          '',
        ]),
  ].join('\n')}`
}

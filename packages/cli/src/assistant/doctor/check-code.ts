/** Faults that stand in the app's own code. */
import { type CodeUsage, type Place, scopesUnused, scopesUsed } from '../code/code-usage.ts'
import { endedAddress } from './check-calls.ts'
import type { Diagnosis } from './diagnosis.ts'

const REVIEW = 'https://developers.tiktok.com/doc/app-review-guidelines'
const at = ({ file, line }: Place): string => `${file}:${line}`

export function checkCode(code: CodeUsage | undefined): Diagnosis[] {
  if (code === undefined) return []
  return [...checkScopes(code), ...code.addresses.flatMap((each) => checkAddress(each))]
}

function checkScopes(code: CodeUsage): Diagnosis[] {
  // Code that asks for nothing itself leaves that to another program, such as the hub.
  if (code.asked.size === 0) return []
  const unasked = scopesUsed(code).filter(({ scope }) => !code.asked.has(scope))
  return [
    ...scopesUnused(code).map((scope): Diagnosis => {
      const [first] = code.asked.get(scope) ?? []
      return {
        rule: 'scope-unused',
        level: 'warning',
        what: `${scope} is asked for, and no code uses it.`,
        evidence: `asked for at ${first === undefined ? code.folder : at(first)}; ${code.files} files hold no call that needs it`,
        why: 'A scope that the demo does not show in use is a usual reason to refuse an app, and people refuse long lists.',
        fix: `Leave ${scope} out of the consent and of the app.`,
        link: REVIEW,
        where: first === undefined ? code.folder : at(first),
      }
    }),
    ...unasked.flatMap(({ scope, by }): Diagnosis[] => {
      const [use] = by
      const [first] = use?.places ?? []
      if (use === undefined || first === undefined) return []
      return [
        {
          rule: 'scope-unasked',
          level: 'error',
          what: `${scope} is needed, and never asked for.`,
          evidence: `${use.what} at ${at(first)}`,
          why: 'TikTok refuses the call, or the field, without the scope.',
          fix: `Ask for ${scope} in the consent, or leave the call out.`,
          link: 'https://developers.tiktok.com/doc/tiktok-api-scopes',
          where: at(first),
        },
      ]
    }),
  ]
}

function checkAddress({ address, place }: CodeUsage['addresses'][number]): Diagnosis[] {
  const found: Diagnosis[] = []
  if (address.startsWith('http:'))
    found.push({
      rule: 'http-base-url',
      level: 'error',
      what: `The code calls TikTok without encryption: ${address}`,
      evidence: at(place),
      why: 'Tokens and secrets go over the network in the clear, and TikTok does not take it, TikTok Shop since 2026-06-17.',
      fix: 'Write https.',
      link: 'https://developers.tiktok.com/doc/tiktok-api-v2-introduction',
      where: at(place),
    })
  const event = endedAddress(address.replace(/^http:/, 'https:'))
  if (event !== undefined)
    found.push({
      rule: 'retired-endpoint',
      level: event.kind === 'announced' ? 'note' : 'error',
      what: `The code calls an address that ${event.kind === 'announced' ? 'will end' : `ended on ${event.date}`}: ${event.what}`,
      evidence: `${address} at ${at(place)}`,
      why: 'TikTok does not answer there any more, or will stop to.',
      fix: event.action,
      link: event.source,
      where: at(place),
    })
  return found
}

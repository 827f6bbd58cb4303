/** One thing that an answer, a log line or a recording says went wrong. */
import { messagesLike } from '@tockwork/contracts/knowledge'
import { type Explanation, explanationsOf, notesOn } from './explanation.ts'

export interface Finding extends Explanation {
  /** Where it stands: `answer`, `item 3`, `line 12` or `request 7: POST /v2/video/list/`. */
  where: string
  /** What it was recognised by, without secrets. */
  evidence: string
  /** TikTok's log id, which its support asks for. */
  log_id?: string
  http_status?: number
  /** The contract's name of the endpoint, such as `display.videoList`. */
  endpoint?: string
}

export type Place = Pick<Finding, 'where'> & Partial<Pick<Finding, 'endpoint' | 'log_id' | 'http_status'>>

const PLAUSIBLE_CODE = /^[\w.-]{1,80}$/

/**
 * What a code with its message says. The message's meaning comes first where it is known: `invalid_params` alone says
 * `never`, and for a search_id that is not ready yet this would be wrong.
 * @param api the table that the code stands in, where its place in the answer tells.
 */
export function findingOf(code: string, message: string, api: Explanation['api'], place: Place): Finding {
  const evidence = `${PLAUSIBLE_CODE.test(code) ? code : 'a code that is none'}${message === '' ? '' : `: ${message.slice(0, 500)}`}`
  const known = explanationsOf(code)
  const base = known.find((each) => each.api === api) ?? known[0] ?? unknownCode(code, api, place.http_status)
  const notes = [...notesOn(code)]
  const [said] = messagesLike(message, code)
  if (said !== undefined) {
    const { meaning, action, retry, source, provenance } = said
    if (provenance !== 'documented')
      notes.unshift({
        how: provenance === 'observed' ? 'observed' : 'assumed',
        text: 'No page of TikTok gives this message; what it means is known from clients that met it.',
        source,
      })
    return finish({ ...base, meaning, action, retry, sources: [source, ...base.sources] }, notes)
  }
  return finish(base, notes)

  function finish(explanation: Explanation, all: NonNullable<Explanation['notes']>): Finding {
    return { ...explanation, ...(all.length === 0 ? {} : { notes: all }), ...place, evidence }
  }
}

function unknownCode(code: string, api: string, status: number | undefined): Explanation {
  const passing = status !== undefined && (status >= 500 || status === 429)
  return {
    code: PLAUSIBLE_CODE.test(code) ? code : 'unreadable',
    api,
    meaning: 'This code is in no table of TikTok that is known here.',
    retry: passing ? 'after' : 'never',
    action: passing
      ? 'Try again with growing pauses, and send the log_id to TikTok’s support if it stays.'
      : 'Read the message; without one ask TikTok’s support with the log_id.',
    sources: [],
    notes: [
      {
        how: 'assumed',
        text: 'Whether to retry is judged by the HTTP status alone: 429 and 5xx pass, others do not.',
        source: 'assumed',
      },
    ],
  }
}

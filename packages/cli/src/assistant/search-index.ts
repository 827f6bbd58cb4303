/** A full-text index of what is known, in memory and without a network: the contracts, and the docs of a checkout. */
import { readdir, readFile } from 'node:fs/promises'
import {
  failReasons,
  oauthErrors,
  openErrors,
  possibilities,
  redirectUriRules,
  scopes,
  uploadStatuses,
} from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import { reviewChecklist, uxChecklist } from '@tockwork/contracts/audit'
import {
  contradictions,
  knownMessages,
  lifecycle,
  observations,
  postingFacts,
  sandboxFacts,
  sandboxRules,
  unstated,
  waitingTimes,
  wireConventions,
} from '@tockwork/contracts/knowledge'
import { shopLifecycle } from '@tockwork/contracts/shop/changes'
import MiniSearch from 'minisearch'

interface Entry {
  id: string
  title: string
  text: string
  /** The page that it is read from. */
  source: string
}

export interface Hit {
  /** Which contract or which section: `errors/invalid_grant`, `docs/hub.md#limits`. */
  cite: string
  title: string
  text: string
  source: string
}

const MOST_TEXT = 1500

export class SearchIndex {
  readonly #search: MiniSearch<Entry>

  constructor(entries: readonly Entry[]) {
    this.#search = new MiniSearch({
      fields: ['id', 'title', 'text'],
      storeFields: ['title', 'text', 'source'],
      // Codes and fields are found by their parts as well: `spam_risk_text` by `spam`.
      tokenize: (text) => {
        const words = text.match(/[\p{L}\p{N}_]+/gu) ?? []
        return words.flatMap((word) => (word.includes('_') ? [word, ...word.split('_')] : [word]))
      },
      processTerm,
      searchOptions: {
        boost: { title: 3, id: 2 },
        // A short word begins too many others.
        prefix: (term) => term.length > 3,
        fuzzy: (term) => (term.length > 5 ? 0.15 : false),
      },
    })
    this.#search.addAll(entries.map((each) => ({ ...each, text: each.text.slice(0, MOST_TEXT) })))
  }

  /** Best first. */
  find(query: string, most: number): Hit[] {
    return this.#search
      .search(query)
      .slice(0, most)
      .map(({ id, title, text, source }) => ({
        cite: String(id),
        title: String(title),
        text: String(text),
        source: String(source),
      }))
  }
}

/** Words of which every question is made, and no answer. */
const EMPTY_WORDS = new Set(
  'a an and are as at be by can cannot could do does for from get gets got has have how i if in into is it its many may me must my need not of on or our out should so that the their them then there they this to up use was what when where which while who why will with without would you your'.split(
    ' ',
  ),
)

/** One form for singular and plural. Codes are left as they are: `invalid_params` is another than `invalid_param`. */
function processTerm(term: string): string | false {
  const word = term.toLowerCase()
  if (EMPTY_WORDS.has(word)) return false
  return /^[a-z]{4,}[^s]s$/.test(word) ? word.slice(0, -1) : word
}

/** @param docs folder with Markdown, where there is one. */
export async function buildIndex(docs?: URL): Promise<SearchIndex> {
  return new SearchIndex([...contractEntries(), ...(docs === undefined ? [] : await pageEntries(docs))])
}

function contractEntries(): Entry[] {
  const claims = {
    observations,
    unstated,
    'posting-facts': postingFacts,
    sandbox: sandboxFacts,
    'waiting-times': waitingTimes,
    wire: wireConventions,
  }
  return [
    ...endpoints.map((each) => ({
      id: `endpoints/${each.id}`,
      title: `${each.title} (${each.id})`,
      text: [
        `${each.method} ${each.path}`,
        `scopes ${each.scopes === undefined ? 'none' : possibilities(each.scopes).flat().join(', ')}`,
        ...(each.limits ?? []).map(
          ({ requests, seconds, per }) => `limit ${requests} in ${seconds} s per ${per}`,
        ),
        ...(each.errors ?? []),
      ].join('\n'),
      source: each.doc.url,
    })),
    ...Object.entries({ ...openErrors, ...oauthErrors }).map(([code, { meaning, action, source }]) => ({
      id: `errors/${code}`,
      title: code,
      text: `${meaning} ${action}`,
      source,
    })),
    ...Object.entries(failReasons).map(([code, { meaning, action, source }]) => ({
      id: `fail-reasons/${code}`,
      title: `${code} (fail reason)`,
      text: `${meaning} ${action}`,
      source,
    })),
    ...Object.entries(uploadStatuses).map(([code, { meaning, action }]) => ({
      id: `upload/${code}`,
      title: `Upload: HTTP ${code}`,
      text: `${meaning} ${action}`,
      source: 'https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide',
    })),
    ...knownMessages.map(({ id, meaning, action, source, pattern }) => ({
      id: `messages/${id}`,
      title: pattern.source.replace(/[^\w ]+/g, ' '),
      text: `${meaning} ${action}`,
      source,
    })),
    ...contradictions.map(({ id, topic, versions, use, why }) => ({
      id: `contradictions/${id}`,
      title: topic,
      text: `Sources disagree: ${versions.map(({ says }) => says).join('; or ')}. ${use} ${why}`,
      source: versions[0]?.source ?? '',
    })),
    ...[...lifecycle, ...shopLifecycle()].map(({ id, date, what, action, source }) => ({
      id: `lifecycle/${id}`,
      title: `${date ?? 'no date'}: ${what}`,
      text: action,
      source,
    })),
    ...Object.entries(scopes).map(([name, entry]) => ({
      id: `scopes/${name}`,
      title: `Scope ${name}`,
      text: Object.values(entry)
        .filter((each) => typeof each === 'string')
        .join(' '),
      source: 'https://developers.tiktok.com/doc/tiktok-api-scopes',
    })),
    ...[...reviewChecklist, ...uxChecklist].map(({ id, section, rule, label, source }) => ({
      id: `checklist/${id}`,
      title: `${reviewChecklist.some((each) => each.id === id) ? 'App review' : 'Audit of the posting screen'}: ${section}, ${id.replaceAll('-', ' ')}`,
      text: label === undefined ? rule : `${rule} ${label}`,
      source,
    })),
    ...Object.entries(redirectUriRules).map(([platform, { max, maxLength, schemes, hosts, port }]) => ({
      id: `rules/redirect-uri-${platform}`,
      title: `Redirect URI rules: ${platform}`,
      text: `At most ${max}, each at most ${maxLength} characters, ${schemes.join(' or ')}, host ${[hosts].flat().join(' or ')}, port ${port}; no query and no fragment.`,
      source: `https://developers.tiktok.com/doc/login-kit-${platform}`,
    })),
    {
      id: 'rules/sandbox',
      title: 'Sandbox: how many sandboxes and target users',
      text: `At most ${sandboxRules.maxSandboxesPerApp} sandboxes an app and ${sandboxRules.maxTargetUsers} target users each; each has a client key of its own.`,
      source: sandboxRules.source,
    },
    ...Object.entries(claims).flatMap(([list, all]) =>
      all.map(({ id, statement, source, provenance }) => ({
        id: `${list}/${id}`,
        title: id.replaceAll('-', ' '),
        text: `${statement}${provenance === 'documented' ? '' : ' (unconfirmed)'}`,
        source,
      })),
    ),
  ]
}

const READMES = ['README.md', 'packages/sdk/README.md']

/** Every section of every page. */
async function pageEntries(folder: URL): Promise<Entry[]> {
  const inDocs = (await readdir(folder, { recursive: true }).catch(() => []))
    .map((name) => name.replaceAll('\\', '/'))
    // The generated reference says what the contracts say, and how the house is built is no question of a user.
    .filter((name) => name.endsWith('.md') && !/^(?:reference\/|STYLE\.md)/.test(name))
  const entries: Entry[] = []
  for (const page of [...inDocs.map((name) => `docs/${name}`), ...READMES]) {
    const text = await readFile(new URL(`../${page}`, folder), 'utf8').catch(() => '')
    for (const [index, section] of text.split(/^(?=#{1,4} )/m).entries()) {
      const [heading = '', ...lines] = section.split('\n')
      const title = heading.replace(/^#+ /, '').trim()
      const anchor = title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s+/g, '-')
      const cite = `${page}#${anchor || index}`
      // Two sections of a page may have one name.
      const id = entries.some((each) => each.id === cite) ? `${cite}-${index}` : cite
      entries.push({ id, title, text: lines.join('\n').trim(), source: page })
    }
  }
  return entries
}

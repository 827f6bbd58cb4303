/** A full-text index of what is known, in memory and without a network: the contracts, and the docs of a checkout. */
import { readdir, readFile } from 'node:fs/promises'
import {
  failReasons,
  oauthErrors,
  openErrors,
  possibilities,
  scopes,
  uploadStatuses,
} from '@tockwork/contracts'
import { endpoints } from '@tockwork/contracts/all'
import {
  contradictions,
  knownMessages,
  lifecycle,
  observations,
  postingFacts,
  sandboxFacts,
  unstated,
  wireConventions,
} from '@tockwork/contracts/knowledge'
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
      searchOptions: {
        boost: { title: 3, id: 2 },
        prefix: true,
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
    ...lifecycle.map(({ id, date, what, action, source }) => ({
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

/** Every section of every page. */
async function pageEntries(folder: URL): Promise<Entry[]> {
  const names = await readdir(folder).catch(() => [])
  const entries: Entry[] = []
  for (const name of names.filter((each) => each.endsWith('.md'))) {
    const text = await readFile(new URL(name, folder), 'utf8')
    for (const [index, section] of text.split(/^(?=#{1,4} )/m).entries()) {
      const [heading = '', ...lines] = section.split('\n')
      const title = heading.replace(/^#+ /, '').trim()
      const anchor = title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s+/g, '-')
      const cite = `docs/${name}#${anchor || index}`
      // Two sections of a page may have one name.
      const id = entries.some((each) => each.id === cite) ? `${cite}-${index}` : cite
      entries.push({ id, title, text: lines.join('\n').trim(), source: `docs/${name}` })
    }
  }
  return entries
}

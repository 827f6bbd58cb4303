/** The publish page and what its script asks for. The token in the address is what lets somebody in; there are no cookies. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Problem, problem } from '@tockwork/api'
import type { PlainAnswer, PlainRequest, PlainRoute } from '../http/ports.ts'
import { problemBody, toProblem } from '../http/problems.ts'
import { resolveSchedule } from '../publishing/schedule.ts'
import type { PublishingParts } from '../publishing/step.ts'
import { findAsset } from '../storage/assets.ts'
import type { PublishSession } from '../storage/publish-sessions.ts'
import { findBrand } from '../storage/workspaces.ts'
import { mediaAnswer } from './media-answer.ts'
import { noticePage, type PageOptions, publishPage } from './page.ts'
import type { PageView, PublishSessions } from './publish-sessions.ts'
import { parseSubmission } from './submission.ts'

const ASSETS = {
  'publish.css': 'text/css; charset=utf-8',
  'publish.js': 'text/javascript; charset=utf-8',
  'demo.js': 'text/javascript; charset=utf-8',
} as const
type AssetName = keyof typeof ASSETS

const SUBMISSION_BYTES = 128 * 1024
const LONGEST_NAME = 255

export function publishPageRoutes(
  sessions: PublishSessions,
  { db, blobs, clock, rules }: Pick<PublishingParts, 'db' | 'blobs' | 'clock' | 'rules'>,
): PlainRoute[] {
  const files = new Map(Object.keys(ASSETS).map((name) => [name, readAsset(name as AssetName)]))
  const addressOfAsset = (name: AssetName): string => `/publish-page/${name}?v=${files.get(name)?.version}`

  const show = async ({ params, query }: PlainRequest): Promise<PlainAnswer> => {
    const theme = query.get('theme')
    const look = {
      theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
      embedded: query.get('embedded') === '1',
      asset: addressOfAsset,
    } as const
    const token = params.token ?? ''
    const found = await sessions.find(token)
    if (found === undefined)
      return page(404, noticePage({ ...UNKNOWN }, look), { ancestors: [], images: [], media: [] })
    const [view, brand] = await Promise.all([
      sessions.view(found.session),
      findBrand(db, found.session.workspaceId),
    ])
    const submitted = view.accounts.some(({ postId }) => postId !== undefined)
    const { session } = found
    const sources = sourcesOf(view)
    if (view.accounts.length === 0 || (found.expired && !submitted))
      return page(410, noticePage({ ...EXPIRED }, look), sources)
    const options: PageOptions = {
      ...look,
      caption: rules.caption,
      scheduledAt: proposedTime(session, clock.now()),
      token,
      from: brand.name,
      closed: found.expired,
    }
    return page(200, publishPage(view, options), sources)
  }

  /** The session of a request that does something. */
  const opened = async ({ params, headers }: PlainRequest): Promise<PublishSession> => {
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin')
      throw problem('not_found', 'Only the page itself asks for this.')
    const found = await sessions.find(params.token ?? '')
    if (found === undefined) throw problem('not_found', UNKNOWN.title)
    if (found.expired)
      throw new Problem({ status: 410, code: 'publish_session_expired', title: EXPIRED.title })
    return found.session
  }

  return [
    { method: 'GET', path: '/publish/{token}', handle: show },
    {
      method: 'POST',
      path: '/publish/{token}',
      bodyLimit: SUBMISSION_BYTES,
      handle: (request) =>
        answering(request, async () => {
          if (request.headers['content-type'] !== 'application/json') throw problem('unsupported_media_type')
          const session = await opened(request)
          const said = parseSubmission(request.body)
          const results = await sessions.submit(session, said, request)
          const ok = results.every(({ errors }) => errors.length === 0)
          return json(ok ? 200 : 422, {
            accounts: results.map(({ accountId, postId, errors }) => ({
              account_id: accountId,
              post_id: postId ?? null,
              errors,
            })),
          })
        }),
    },
    {
      method: 'POST',
      path: '/publish/{token}/file',
      streams: true,
      handle: (request) =>
        answering(request, async () => {
          const session = await opened(request)
          const name = request.query.get('name')?.slice(0, LONGEST_NAME).replaceAll('\0', '')
          const { content, signal } = request
          await sessions.takeFile(session, { content, name: name?.toWellFormed() || undefined, signal })
          const found = await sessions.find(request.params.token ?? '')
          const view = found === undefined ? undefined : await sessions.view(found.session)
          return json(201, {
            name: view?.asset?.name ?? null,
            duration_sec: view?.asset?.info.durationSec ?? null,
            problems: view?.mediaErrors.map(({ message }) => message) ?? [],
          })
        }),
    },
    {
      method: 'GET',
      path: '/publish/{token}/media',
      handle: async (request) => {
        const found = await sessions.find(request.params.token ?? '')
        const asset =
          found === undefined || found.expired || found.session.assetId === undefined
            ? undefined
            : await findAsset(db, found.session.workspaceId, found.session.assetId)
        if (asset === undefined) return { status: 404 }
        return mediaAnswer(await blobs.open(asset.hash), asset.contentType, request.headers.range)
      },
    },
    {
      method: 'GET',
      path: '/publish/{token}/status',
      handle: (request) =>
        answering(request, async () => {
          const found = await sessions.find(request.params.token ?? '')
          if (found === undefined) throw problem('not_found', UNKNOWN.title)
          const accounts = await sessions.status(found.session)
          return json(200, {
            accounts: accounts.map(({ accountId, postId, state, words, url }) => ({
              account_id: accountId,
              post_id: postId ?? null,
              state: state ?? null,
              ...(words === undefined ? {} : words),
              url: url ?? null,
            })),
          })
        }),
    },
    {
      method: 'GET',
      path: '/publish-page/{name}',
      handle: ({ params, query }) => {
        const file = files.get(params.name ?? '')
        if (file === undefined) return Promise.resolve({ status: 404 })
        const known = query.get('v') === file.version
        return Promise.resolve({
          status: 200,
          headers: {
            'content-type': file.type,
            'cache-control': known ? 'public, max-age=31536000, immutable' : 'no-cache',
          },
          body: file.body,
        })
      },
    },
  ]
}

const UNKNOWN = {
  title: 'This link is not known',
  text: 'It may be incomplete, or too old. Ask whoever gave it to you for a new one. Nothing was posted.',
}
const EXPIRED = {
  title: 'This link has expired',
  text: 'Nothing was posted. Ask whoever gave it to you for a new one.',
}

interface Sources {
  ancestors: readonly string[]
  images: readonly string[]
  media: readonly string[]
}

/** Whatever the page loads from elsewhere: the faces of its creators, and media that TikTok downloads itself. */
function sourcesOf({ accounts, session }: PageView): Sources {
  const faces = accounts.flatMap(({ asked, account }) => [asked?.creator?.avatarUrl, account.avatarUrl])
  return {
    ancestors: session.origins,
    images: originsOf([...faces, ...session.photoUrls]),
    media: originsOf([session.videoUrl]),
  }
}

function originsOf(addresses: readonly (string | null | undefined)[]): string[] {
  const origins = addresses.flatMap((address) =>
    address && URL.canParse(address) ? [new URL(address).origin] : [],
  )
  return [...new Set(origins)].filter((origin) => /^https?:\/\/[\w.:[\]-]+$/.test(origin))
}

/** @param sources what it may load, and who may frame it besides the hub itself */
function page(status: number, body: string, { ancestors, images, media }: Sources): PlainAnswer {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${["'self'", ...images].join(' ')}`,
    `media-src ${["'self'", 'blob:', ...media].join(' ')}`,
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    `frame-ancestors ${["'self'", ...ancestors].join(' ')}`,
  ]
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      // It says less than frame-ancestors does, and would forbid what that allows.
      'x-frame-options': '',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'x-robots-tag': 'noindex',
    },
    body,
  }
}

function json(status: number, body: object): PlainAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  }
}

/** Refusals as the API tells them; the script shows their words. */
async function answering(request: PlainRequest, work: () => Promise<PlainAnswer>): Promise<PlainAnswer> {
  try {
    return await work()
  } catch (error) {
    const refusal = toProblem(error, request.log)
    return {
      status: refusal.status,
      headers: { 'content-type': 'application/problem+json' },
      body: problemBody(refusal, request.requestId),
    }
  }
}

/** The time that was proposed; one that went by meanwhile is none. */
function proposedTime({ scheduledAt, timeZone }: PublishSession, now: number): number | undefined {
  if (scheduledAt === undefined) return undefined
  const schedule = resolveSchedule(scheduledAt, timeZone, now)
  return schedule.ok ? schedule.at : undefined
}

function readAsset(name: AssetName): { type: string; body: Buffer; version: string } {
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url))
  return {
    type: ASSETS[name],
    body,
    version: createHash('sha256').update(body).digest('hex').slice(0, 16),
  }
}

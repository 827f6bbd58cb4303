/** A file behind an address that a caller gave, as a stream. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Problem } from '@tockwork/api'
import {
  type AddressRules,
  checkWebhookUrl,
  guardedLookup,
  RefusedAddressError,
  type Resolve,
} from '../webhooks/addresses.ts'

export interface AddressOptions extends AddressRules {
  resolve: Resolve
  maxBytes: number
  /** How often it may lead on; three times unless told. */
  mostRedirects?: number
  signal?: AbortSignal | undefined
}

const MOST_REDIRECTS = 3
/** Without a byte for so long, a download is given up. */
const QUIET_MS = 30_000

/**
 * Opens an address of the open internet. Each redirect is looked at like the first address, and what a name points to is
 * looked at when it is connected to. The stream throws a `Problem` when it breaks off.
 * @throws {Problem} `asset_url_refused`, `asset_url_failed`, `asset_url_redirects`, `asset_too_large`
 */
export async function openAddress(
  address: string,
  options: AddressOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const { mostRedirects = MOST_REDIRECTS } = options
  let next = address
  for (let redirects = 0; ; redirects += 1) {
    const response = await ask(next, options)
    const { statusCode = 0, headers } = response
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      response.destroy()
      if (redirects === mostRedirects) throw leadsOn(mostRedirects)
      const target = URL.parse(headers.location, next)
      if (target === null) throw failed('It leads on to what is no address.')
      next = target.href
      continue
    }
    try {
      checkHead(response, options.maxBytes)
    } catch (error) {
      response.destroy()
      throw error
    }
    return bodyOf(response, options.signal)
  }
}

function ask(address: string, options: AddressOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let url: URL
    try {
      url = checkWebhookUrl(address, options)
    } catch (error) {
      return reject(problemOf(error))
    }
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(
      url,
      {
        agent: false,
        lookup: guardedLookup(options.resolve, options),
        timeout: QUIET_MS,
        headers: {
          accept: 'video/*, image/*',
          'accept-encoding': 'identity',
          'user-agent': 'Tockwork-Import/1',
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      resolve,
    )
    request.on('timeout', () => request.destroy(new Error(`nothing came for ${QUIET_MS / 1000} seconds`)))
    request.on('error', (error) => reject(options.signal?.aborted === true ? error : problemOf(error)))
    request.end()
  })
}

function checkHead({ statusCode, headers }: IncomingMessage, maxBytes: number): void {
  if (statusCode !== 200) throw failed(`It answered ${statusCode}.`)
  if (![undefined, 'identity'].includes(headers['content-encoding']))
    throw failed(`It sent the file packed as ${headers['content-encoding']}, which was not asked for.`)
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
}

async function* bodyOf(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of response) yield piece as Uint8Array
  } catch (error) {
    throw signal?.aborted === true ? error : failed('It broke off.')
  } finally {
    response.destroy()
  }
}

export function tooLarge(maxBytes: number): Problem {
  return new Problem({
    status: 413,
    code: 'asset_too_large',
    title: 'The file is too large',
    detail: `A file has at most ${maxBytes} bytes.`,
  })
}

function failed(detail: string): Problem {
  return new Problem({
    status: 422,
    code: 'asset_url_failed',
    title: 'The address did not give the file',
    detail,
    field: 'url',
  })
}

function leadsOn(mostRedirects: number): Problem {
  if (mostRedirects > 0) return failed(`It leads on more than ${mostRedirects} times.`)
  return new Problem({
    status: 422,
    code: 'asset_url_redirects',
    title: 'The address leads on to another one',
    detail: 'It leads on to another address.',
    field: 'url',
  })
}

/** What went wrong, without what is inside: a refusal by address and one by name read alike. */
function problemOf(error: unknown): Problem {
  if (error instanceof RefusedAddressError)
    return new Problem({
      status: 422,
      code: 'asset_url_refused',
      title: 'The address is not one to download from',
      detail: error.message,
      field: 'url',
    })
  return failed((error as NodeJS.ErrnoException).code ?? (error as Error).message)
}

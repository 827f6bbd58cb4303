/**
 * The few calls of S3's REST interface that a store of blobs needs, signed by aws4fetch (one file, no dependency, made for
 * any S3-compatible service). AWS's own client would be a hundred packages for the same eight calls.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API.
 */
import { createHash } from 'node:crypto'
import { setTimeout as deadline } from 'node:timers'
import type { Clock, Random, Secret } from '@tockwork/kernel'
import { AwsV4Signer } from 'aws4fetch'

export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: Secret
  sessionToken: Secret | undefined
}

export interface S3ClientOptions {
  bucket: string
  region: string
  /** Origin of the service; AWS's of the region unless told. */
  endpoint: string | undefined
  /** The bucket as the first part of the path instead of the host's. */
  pathStyle: boolean
  credentials: () => Promise<S3Credentials>
  fetch: typeof fetch
  clock: Clock
  random: Random
}

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Empty for the bucket itself. */
  key: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array
  signal?: AbortSignal | undefined
  /** Until the answer's head; the body of an answer that is read as a stream takes as long as its reader. */
  timeoutMs?: number
  /** How often it is made at most; 5 unless told. */
  tries?: number
}

/** The service said no, or did not answer as it should. Holds neither keys nor addresses with signatures. */
export class S3Error extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, request: Pick<S3Request, 'method' | 'key'>) {
    super(`the object store answered ${status} ${code} to ${request.method} ${request.key || 'the bucket'}`)
    this.name = 'S3Error'
    this.status = status
    this.code = code
  }
}

const TIMEOUT_MS = 60_000
const TRIES = 5
const FIRST_PAUSE_MS = 200

export class S3Client {
  readonly #options: S3ClientOptions
  readonly #base: string

  constructor(options: S3ClientOptions) {
    this.#options = options
    const { bucket, region, endpoint, pathStyle } = options
    const origin = endpoint ?? `https://s3.${region}.${domainOf(region)}`
    this.#base = pathStyle ? `${origin}/${bucket}` : origin.replace('://', `://${bucket}.`)
  }

  /** For `x-amz-copy-source`. */
  copySource(key: string): string {
    return `/${this.#options.bucket}/${key}`
  }

  /** Makes a call, repeating what failed on the way or was too much for the service. @throws {S3Error} */
  async send(request: S3Request): Promise<Response> {
    const { clock, random } = this.#options
    for (let tries = 1; ; tries += 1) {
      request.signal?.throwIfAborted()
      const last = tries === (request.tries ?? TRIES)
      try {
        const response = await this.#try(request)
        if (response.ok) return response
        const error = await errorOf(response, request)
        if (last || !passes(error)) throw error
      } catch (error) {
        if (last || error instanceof S3Error || request.signal?.aborted === true) throw error
      }
      const pauseMs = FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + 0.5 * random.next())
      await clock.sleep(pauseMs, request.signal)
    }
  }

  /**
   * A call whose answer is XML that may hold an error under a 200, because the head had to go out before the work was
   * done (CopyObject, CompleteMultipartUpload). Such an error is repeated like any other.
   */
  async sendForXml(request: S3Request): Promise<string> {
    const { clock, random } = this.#options
    for (let tries = 1; ; tries += 1) {
      const text = await (await this.send(request)).text()
      const code = /<Error>[\s\S]*?<Code>([\w.]{1,100})<\/Code>/.exec(text)?.[1]
      if (code === undefined) return text
      const error = new S3Error(200, code, request)
      if (tries === TRIES || !passes(error)) throw error
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + 0.5 * random.next()), request.signal)
    }
  }

  async #try(request: S3Request): Promise<Response> {
    const { clock, credentials, fetch, region } = this.#options
    const { method, key, query = {}, headers = {}, body, signal, timeoutMs = TIMEOUT_MS } = request
    const search = Object.entries(query)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&')
    const keys = await credentials()
    const signed = await new AwsV4Signer({
      method,
      url: `${this.#base}${key === '' ? '' : `/${key}`}${search === '' ? '' : `?${search}`}`,
      // The service refuses a body that arrives otherwise than it was signed.
      headers: { ...headers, 'x-amz-content-sha256': sha256(body ?? new Uint8Array()) },
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey.reveal(),
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken.reveal() }),
      service: 's3',
      region,
      datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    }).sign()
    const late = new AbortController()
    const timer = deadline(() => late.abort(new Error('the object store did not answer in time')), timeoutMs)
    try {
      return await fetch(signed.url, {
        method,
        headers: signed.headers,
        redirect: 'manual',
        signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
        ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      })
    } finally {
      clearTimeout(timer)
    }
  }
}

async function errorOf(response: Response, request: S3Request): Promise<S3Error> {
  const text = await response.text().catch(() => '')
  const code = /<Code>([\w.]{1,100})<\/Code>/.exec(text)?.[1] ?? 'NoReason'
  return new S3Error(response.status, code, request)
}

/** Whether the same call may well succeed in a moment. */
function passes({ status, code }: S3Error): boolean {
  if (status === 501) return false
  return (
    status >= 500 ||
    status === 429 ||
    status === 408 ||
    /^(InternalError|SlowDown|RequestTimeout)$/.test(code)
  )
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

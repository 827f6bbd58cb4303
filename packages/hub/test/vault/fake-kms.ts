/** Key management services on this machine, as strict as the real ones about what they are sent. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: string
}

/** What a service answers: a status with a JSON value or a text. */
export type Answered = { status: number; body: unknown }

export class FakeService {
  readonly seen: Seen[] = []
  /** Answers of the next requests, in place of the service's own. */
  readonly instead: Answered[] = []
  readonly #server: Server
  origin = ''

  constructor(answer: (request: Seen) => Answered) {
    this.#server = createServer(async (request, response) => {
      const seen = await read(request)
      this.seen.push(seen)
      const { status, body } = this.instead.shift() ?? answer(seen)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks = (await request.toArray()) as Buffer[]
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers as Record<string, string>,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** Encryption with associated data, as all of them do it. */
export class Sealer {
  readonly #key = randomBytes(32)

  seal(plain: string, aad: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(aad))
    const sealed = Buffer.concat([cipher.update(Buffer.from(plain, 'base64')), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  open(sealed: string, aad: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
        .setAAD(Buffer.from(aad))
        .setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('base64')
    } catch {
      return undefined
    }
  }
}

/**
 * AWS Signature Version 4 of a request, worked out from its specification and not by the library that signs ours. Source:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
 */
export function awsSignature(
  { method, url, headers, body }: Seen,
  key: { secret: string; service: string; region: string; signed: readonly string[] },
): string {
  const hex = (data: string): string => createHash('sha256').update(data).digest('hex')
  const hmac = (secret: string | Buffer, data: string): Buffer =>
    createHmac('sha256', secret).update(data).digest()
  const [path = '/', query = ''] = url.split('?')
  const canonical = [
    method,
    path,
    query.split('&').sort().join('&'),
    ...key.signed.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    key.signed.join(';'),
    hex(body),
  ].join('\n')
  const time = headers['x-amz-date'] ?? ''
  const scope = `${time.slice(0, 8)}/${key.region}/${key.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, hex(canonical)].join('\n')
  const signing = [time.slice(0, 8), key.region, key.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, data) => hmac(secret, data),
    `AWS4${key.secret}`,
  )
  return createHmac('sha256', signing).update(text).digest('hex')
}

import { type S3Client, S3Error } from './s3-client.ts'

/** S3 asks for 5 MiB at least, and some services for parts of one size. 10,000 of these are 80 GB. */
export const PART_BYTES = 8 * 2 ** 20
/** Putting parts together is answered when it is done, which takes longer the more there are. */
const LONG_MS = 600_000

/** One object that is sent in parts, so that neither its length nor its whole need be known. */
export class MultipartUpload {
  readonly key: string
  readonly #client: S3Client
  readonly #id: string
  readonly #tags: string[] = []

  private constructor(client: S3Client, key: string, id: string) {
    this.#client = client
    this.key = key
    this.#id = id
  }

  static async begin(
    client: S3Client,
    key: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<MultipartUpload> {
    const request = { method: 'POST', key, query: { uploads: '' }, headers } as const
    const text = await client.sendForXml(request)
    const id = /<UploadId>([^<]{1,2000})<\/UploadId>/.exec(text)?.[1]
    if (id === undefined) throw new S3Error(200, 'NoUploadId', request)
    return new MultipartUpload(client, key, unescapeXml(id))
  }

  /** Sends the next part; one at a time. */
  async part(bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const number = this.#tags.length + 1
    const query = { partNumber: String(number), uploadId: this.#id }
    const request = { method: 'PUT', key: this.key, query, body: bytes, signal } as const
    const response = await this.#client.send(request)
    await response.body?.cancel()
    const tag = response.headers.get('etag')
    if (tag === null) throw new S3Error(response.status, 'NoETag', request)
    this.#tags.push(tag)
  }

  async complete(): Promise<void> {
    const parts = this.#tags.map(
      (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
    )
    const xml = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`
    try {
      await this.#client.sendForXml({
        method: 'POST',
        key: this.key,
        query: { uploadId: this.#id },
        headers: { 'content-type': 'application/xml' },
        body: Buffer.from(xml),
        timeoutMs: LONG_MS,
      })
    } catch (error) {
      // Its answer may be what was lost: a repetition then finds no parts any more, and each service words that its own way.
      const made = await this.#client.send({ method: 'HEAD', key: this.key }).catch(() => undefined)
      if (made === undefined) throw error
    }
  }

  async abort(): Promise<void> {
    await abortUpload(this.#client, this.key, this.#id)
  }
}

/** Gives the parts up; those of an upload that is over already are gone. */
export async function abortUpload(client: S3Client, key: string, uploadId: string): Promise<void> {
  try {
    const response = await client.send({ method: 'DELETE', key, query: { uploadId } })
    await response.body?.cancel()
  } catch (error) {
    if (!(error instanceof S3Error && error.status === 404)) throw error
  }
}

/** The text of the elements of one name in an answer, in order. */
export function xmlTexts(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text = '']) =>
    unescapeXml(text),
  )
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? all
    return String.fromCodePoint(Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10))
  })
}

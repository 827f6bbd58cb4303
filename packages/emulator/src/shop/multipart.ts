/** Parts of a multipart body with their bytes. Source: RFC 7578. */
import { ShopRefusal, type UploadedPart } from './call.ts'

/** @throws {ShopRefusal} when it cannot be read */
export function readParts(body: Buffer, contentType: string): Map<string, UploadedPart> {
  const [, quoted, bare] = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare
  const wrong = (): ShopRefusal =>
    new ShopRefusal(36009023, 'The body is not valid multipart/form-data.', 400)
  if (boundary === undefined) throw wrong()
  const mark = Buffer.from(`--${boundary}`)
  const parts = new Map<string, UploadedPart>()
  let at = body.indexOf(mark)
  while (at >= 0) {
    const start = at + mark.length
    // `--boundary--` is the end.
    if (body[start] === 0x2d && body[start + 1] === 0x2d) return parts
    const end = body.indexOf(`\r\n--${boundary}`, start, 'latin1')
    const head = body.indexOf('\r\n\r\n', start, 'latin1')
    if (end < 0 || head < 0 || head > end) throw wrong()
    const header = body.toString('utf8', start, head)
    const name = /\bname="([^"\r\n]*)"/i.exec(header)?.[1]
    const filename = /\bfilename="([^"\r\n]*)"/i.exec(header)?.[1]
    if (name === undefined) throw wrong()
    parts.set(name, { bytes: body.subarray(head + 4, end), ...(filename === undefined ? {} : { filename }) })
    at = end + 2
  }
  throw wrong()
}

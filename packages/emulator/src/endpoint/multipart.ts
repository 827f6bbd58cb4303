/** Fields of a multipart body as text, files among them; nothing when it is none. Source: RFC 7578. */
export function multipartFields(raw: Buffer, boundary: string): Record<string, string> | undefined {
  if (boundary === '' || boundary.length > 70) return undefined
  const parts = `\r\n${raw.toString('utf8')}`.split(`\r\n--${boundary}`)
  if (parts.length < 3 || !parts.at(-1)?.startsWith('--')) return undefined
  const fields: Record<string, string> = {}
  for (const part of parts.slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n')
    const name = /content-disposition:\s*form-data;[^\r\n]*\bname="([^"\r\n]*)"/i.exec(
      part.slice(0, end),
    )?.[1]
    if (end < 0 || name === undefined) return undefined
    fields[name] = part.slice(end + 4)
  }
  return fields
}

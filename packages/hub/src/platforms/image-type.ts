/** By the first bytes, as the WHATWG's MIME Sniffing standard has them; what a server says of a file is not believed. */
export function imageTypeOf(bytes: Uint8Array): string | undefined {
  const starts = (...first: number[]): boolean => first.every((byte, at) => bytes[at] === byte)
  const ascii = (from: number, text: string): boolean =>
    Buffer.from(bytes.subarray(from, from + text.length)).toString('latin1') === text
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (ascii(0, 'GIF87a') || ascii(0, 'GIF89a')) return 'image/gif'
  return ascii(0, 'RIFF') && ascii(8, 'WEBP') ? 'image/webp' : undefined
}

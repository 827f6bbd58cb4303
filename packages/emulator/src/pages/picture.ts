import { crc32, deflateSync } from 'node:zlib'

/** A PNG of a two-colour gradient made from a name: avatars and covers look different and stay the same. */
export function gradientPng(name: string, width: number, height: number): Buffer {
  let hash = 2166136261
  // The same picture in every size.
  for (const char of name.replace(/(_\d+)?\.png$/, ''))
    hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0
  const from = hue(hash % 360)
  // Far enough apart to be seen as two.
  const to = hue(((hash % 360) + 50 + ((hash >>> 9) % 120)) % 360)
  const row = width * 3 + 1
  const raw = Buffer.alloc(row * height)
  for (let y = 0; y < height; y += 1) {
    const share = y / Math.max(1, height - 1)
    const color = from.map((value, i) => Math.round(value + ((to[i] ?? value) - value) * share))
    for (let x = 0; x < width; x += 1)
      for (let c = 0; c < 3; c += 1) raw[y * row + 1 + x * 3 + c] = color[c] ?? 0
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8)
  return out
}

function hue(degrees: number): number[] {
  const channel = (offset: number): number => {
    const k = (offset + degrees / 30) % 12
    return Math.round(255 * (0.55 - 0.3 * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [channel(0), channel(8), channel(4)]
}

import { open } from 'node:fs/promises'

export interface LargeWebm {
  seconds: number
  framesASecond: number
  bytesAFrame: number
  /** As a browser records it: neither segment nor clusters say how long they are. */
  live: boolean
}

/** Writes a WebM whose frames are holes in the file: gigabytes to a reader, hardly anything on the disk. */
export async function writeLargeWebm(path: string, shape: LargeWebm): Promise<number> {
  const { seconds, framesASecond, bytesAFrame, live } = shape
  const file = await open(path, 'w')
  let at = 0
  const put = async (bytes: Uint8Array): Promise<void> => {
    await file.write(bytes, 0, bytes.length, at)
    at += bytes.length
  }
  try {
    await put(element('1a45dfa3', element('4282', Buffer.from('webm'))))
    await put(header('18538067'))
    await put(element('1549a966', element('2ad7b1', uint(1_000_000))))
    const picture = element('e0', element('b0', uint(1080)), element('ba', uint(1920)))
    const track = [
      element('d7', uint(1)),
      element('83', uint(1)),
      element('86', Buffer.from('V_VP9')),
      picture,
    ]
    await put(element('1654ae6b', element('ae', ...track)))
    const blockBytes = 4 + bytesAFrame
    for (let second = 0; second < seconds; second++) {
      const timestamp = element('e7', uint(second * 1000))
      const clusterBytes = timestamp.length + framesASecond * (1 + 8 + blockBytes)
      await put(header('1f43b675', live ? undefined : clusterBytes))
      await put(timestamp)
      for (let frame = 0; frame < framesASecond; frame++) {
        const time = Math.round((frame * 1000) / framesASecond)
        await put(Buffer.concat([header('a3', blockBytes), Buffer.from([0x81, time >> 8, time & 255, 0x80])]))
        at += bytesAFrame
      }
    }
    await file.truncate(at)
  } finally {
    await file.close()
  }
  return at
}

/** An element's id and size; all ones for a size that is not known. */
function header(id: string, size?: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(size === undefined ? 0x01ffffffffffffffn : BigInt(size) | (1n << 56n))
  return Buffer.concat([Buffer.from(id, 'hex'), bytes])
}

function element(id: string, ...content: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content)
  return Buffer.concat([header(id, body.length), body])
}

function uint(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

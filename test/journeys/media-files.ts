import { makeSamplePhoto, makeSampleVideo, type SampleVideoOptions } from '@tockwork/media/sample'

/** Files on both sides of every limit, made without any other program, and TikTok's word for what is wrong with each. */
export interface MediaFile {
  name: string
  kind: 'video' | 'photo'
  bytes: Uint8Array
  /** TikTok's `fail_reason`; none for a file that passes. */
  refused?: string
  /** Sent as a creator who may post so many seconds; 600 unless given. */
  creatorMaxSec?: number
  inbox?: boolean
}

const FORMAT = 'file_format_check_failed'
const DURATION = 'duration_check_failed'
const RATE = 'frame_rate_check_failed'
const SIZE = 'picture_size_check_failed'

const small = (options: SampleVideoOptions = {}) =>
  makeSampleVideo({ width: 360, height: 640, durationSec: 1, ...options })

function video(name: string, bytes: Uint8Array, refused?: string, more: Partial<MediaFile> = {}): MediaFile {
  return { name, kind: 'video', bytes, ...(refused !== undefined && { refused }), ...more }
}

function photo(name: string, bytes: Uint8Array, refused?: string): MediaFile {
  return { name, kind: 'photo', bytes, ...(refused !== undefined && { refused }) }
}

export function mediaFiles(): MediaFile[] {
  const clip = small()
  const last = small({ moovLast: true })
  const rate = (frameRate: number, refused?: string) =>
    video(`${frameRate} frames`, small({ frameRate }), refused)
  const size = (width: number, height: number, refused?: string) =>
    video(`${width}x${height}`, small({ width, height, durationSec: 0.5 }), refused)
  const length = (durationSec: number, refused?: string, more: Partial<MediaFile> = {}) =>
    video(
      `${durationSec} s for ${more.creatorMaxSec ?? 600} s${more.inbox ? ', inbox' : ''}`,
      small({ durationSec, frameRate: 23 }),
      refused,
      more,
    )
  const jpeg = (width: number, height: number, refused?: string) =>
    photo(`${width}x${height} JPEG`, makeSamplePhoto({ width, height }), refused)
  const shape = makeSamplePhoto({ width: 720, height: 1080 })
  return [
    video('mp4', clip),
    video('mov', small({ container: 'mov' })),
    video('header last', last),
    video('mov with its header last', small({ container: 'mov', moovLast: true })),
    video('padded', small({ padToBytes: 300_000 })),
    video('zeros behind', join(clip, new Uint8Array(500))),
    ...[23, 23.976, 24, 25, 29.97, 30, 50, 59.94, 60].map((each) => rate(each)),
    ...[1, 10, 15, 22, 61, 90, 120, 240].map((each) => rate(each, RATE)),
    ...[
      [360, 360],
      [360, 4096],
      [4096, 360],
      [1080, 1920],
    ].map(([width, height]) => size(width!, height!)),
    ...[
      [358, 640],
      [640, 358],
      [4098, 360],
      [360, 4098],
      [64, 64],
    ].map(([width, height]) => size(width!, height!, SIZE)),
    video('turned', small({ rotation: 90 })),
    video('narrow as stored, wide enough as shown', small({ width: 270, pixelAspect: [4, 3] })),
    video('too wide as shown', small({ width: 4096, height: 360, pixelAspect: [2, 1] }), SIZE),
    video('small and slow', small({ width: 200, frameRate: 10 }), SIZE),
    length(600),
    length(601, DURATION),
    length(180, undefined, { creatorMaxSec: 180 }),
    length(181, DURATION, { creatorMaxSec: 180 }),
    length(181, undefined, { creatorMaxSec: 300 }),
    length(301, DURATION, { creatorMaxSec: 300 }),
    length(301, undefined, { creatorMaxSec: 180, inbox: true }),
    length(601, DURATION, { creatorMaxSec: 180, inbox: true }),
    video('15 frames to the inbox', small({ frameRate: 15 }), RATE, { inbox: true }),
    video('one frame', small({ durationSec: 1 / 30 })),
    video('webm with vp8', matroska('webm', 'V_VP8', 30)),
    video('webm with vp9', matroska('webm', 'V_VP9', 30)),
    video('webm at 60 frames', matroska('webm', 'V_VP9', 60)),
    video('webm with av1', matroska('webm', 'V_AV1', 30), FORMAT),
    video('webm at 12 frames', matroska('webm', 'V_VP8', 12), RATE),
    video('webm cut off', matroska('webm', 'V_VP8', 30).subarray(0, -9), FORMAT),
    video('matroska', matroska('matroska', 'V_VP9', 30), FORMAT),
    video('mpeg-4 part 2', renamed(clip, 'mp4v'), FORMAT),
    video('prores', renamed(small({ container: 'mov' }), 'apch'), FORMAT),
    video('av1 in mp4', renamed(clip, 'av01'), FORMAT),
    video('h265 by name', renamed(clip, 'hvc1')),
    video('encrypted', renamed(clip, 'encv'), FORMAT),
    video('a download that stopped half way', hollow(small({ durationSec: 3 })), FORMAT),
    video('cut off in the pictures', clip.subarray(0, clip.length - 500), FORMAT),
    video('cut off before its header', last.subarray(0, 4000), FORMAT),
    video('noise behind', join(clip, new Uint8Array(64).fill(0x91)), FORMAT),
    video('no movie header', clip.subarray(0, 32), FORMAT),
    video('one byte', text('x'), FORMAT),
    video('text', text('This is a shopping list with the name of a video.\n'.repeat(20)), FORMAT),
    video('a photo sent as a video', makeSamplePhoto({ width: 400, height: 400 }), FORMAT),
    video('avi', riff('AVI '), FORMAT),
    jpeg(1080, 1350),
    jpeg(1080, 1920),
    jpeg(1920, 1080),
    jpeg(1, 1),
    jpeg(1081, 1200, SIZE),
    jpeg(1921, 500, SIZE),
    photo('webp', makeSamplePhoto({ container: 'webp', width: 1080, height: 1080 })),
    photo('large webp', makeSamplePhoto({ container: 'webp', width: 2000, height: 2000 }), SIZE),
    photo('png', makeSamplePhoto({ container: 'png', width: 100, height: 100 }), FORMAT),
    photo('gif', text('GIF89a\x40\x01\xc8\x00\x00\x00\x00;'), FORMAT),
    photo('jpeg cut off', shape.subarray(0, shape.length - 400), FORMAT),
    photo('a video sent as a photo', clip, FORMAT),
    photo('text sent as a photo', text('not a photo'), FORMAT),
    photo('a jpeg of more than 20 MB', join(shape, new Uint8Array(21 * 2 ** 20)), FORMAT),
  ]
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function text(content: string): Uint8Array {
  return new Uint8Array(Buffer.from(content, 'latin1'))
}

/** Another name for the sample entry, and so for the codec. */
function renamed(clip: Uint8Array, codec: string): Uint8Array {
  const out = Buffer.from(clip)
  out.write(codec, out.indexOf('avc1', out.indexOf('stsd')), 'latin1')
  return new Uint8Array(out)
}

function hollow(clip: Uint8Array): Uint8Array {
  const out = clip.slice()
  const pictures = Buffer.from(out.buffer).lastIndexOf('mdat') + 4
  return out.fill(0, pictures + Math.floor((out.length - pictures) / 2))
}

function riff(form: string): Uint8Array {
  const out = Buffer.alloc(200)
  out.write('RIFF', 0)
  out.writeUInt32LE(192, 4)
  out.write(form, 8)
  return new Uint8Array(out)
}

/** One second and a half of frames without a picture in them, as WebM or Matroska (RFC 9559). */
function matroska(docType: string, codec: string, frameRate: number): Uint8Array {
  const frames = Math.round(frameRate * 1.5)
  const blocks = Array.from({ length: frames }, (_, index) => {
    const time = Math.round((index * 1000) / frameRate)
    return element('a3', join(Uint8Array.of(0x81, time >> 8, time, 0x80), new Uint8Array(40).fill(index)))
  })
  const picture = element('e0', element('b0', uint(720)), element('ba', uint(1280)))
  const track = element(
    'ae',
    element('d7', uint(1)),
    element('83', uint(1)),
    element('86', text(codec)),
    picture,
  )
  const info = element('1549a966', element('2ad7b1', uint(1_000_000)))
  const cluster = element('1f43b675', element('e7', uint(0)), ...blocks)
  return join(
    element('1a45dfa3', element('4282', text(docType))),
    element('18538067', info, element('1654ae6b', track), cluster),
  )
}

function element(id: string, ...content: Uint8Array[]): Uint8Array {
  const body = join(...content)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n))
  return join(Buffer.from(id, 'hex'), size, body)
}

function uint(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return new Uint8Array(bytes)
}

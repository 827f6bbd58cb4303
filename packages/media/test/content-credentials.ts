import { ascii, box, bytes, concat, u16, u32 } from '../src/sample/mp4-writer.ts'

/** Content Credentials and tags as other programs write them, put together by hand. */

type Value = string | number | Value[] | { [key: string]: Value }

export function cbor(value: Value): Uint8Array {
  const head = (major: number, length: number): Uint8Array =>
    length < 24
      ? bytes((major << 5) | length)
      : length < 256
        ? bytes((major << 5) | 24, length)
        : concat(bytes((major << 5) | 25), u16(length))
  if (typeof value === 'number') return head(0, value)
  if (typeof value === 'string') {
    const text = new TextEncoder().encode(value)
    return concat(head(3, text.length), text)
  }
  if (Array.isArray(value)) return concat(head(4, value.length), ...value.map(cbor))
  const entries = Object.entries(value)
  return concat(head(5, entries.length), ...entries.flatMap(([key, each]) => [cbor(key), cbor(each)]))
}

export function jumb(label: string, ...content: Uint8Array[]): Uint8Array {
  const type = concat(ascii(label.slice(0, 4).padEnd(4, 'x')), new Uint8Array(12))
  return box('jumb', box('jumd', type, bytes(3), ascii(`${label}\0`)), ...content)
}

const IPTC = 'http://cv.iptc.org/newscodes/digitalsourcetype/'

export function manifestStore(sourceType = 'trainedAlgorithmicMedia'): Uint8Array {
  const action = {
    action: 'c2pa.created',
    digitalSourceType: IPTC + sourceType,
    softwareAgent: { name: 'Picture Engine' },
  }
  return jumb(
    'c2pa',
    jumb(
      'urn:c2pa:0001',
      jumb('c2pa.assertions', jumb('c2pa.actions.v2', box('cbor', cbor({ actions: [action] })))),
      jumb(
        'c2pa.claim.v2',
        box('cbor', cbor({ claim_generator_info: { name: 'Maker' }, 'dc:title': 'A hill' })),
      ),
    ),
  )
}

export function inMp4(clip: Uint8Array, store: Uint8Array): Uint8Array {
  const uuid = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex')
  return concat(clip, box('uuid', uuid, u32(0), ascii('manifest\0'), u32(0), u32(0), store))
}

function segment(marker: number, content: Uint8Array): Uint8Array {
  return concat(bytes(0xff, marker), u16(content.length + 2), content)
}

/** Puts segments behind the first two bytes of a JPEG. */
export function withSegments(jpeg: Uint8Array, ...segments: [number, Uint8Array][]): Uint8Array {
  return concat(
    jpeg.subarray(0, 2),
    ...segments.map(([marker, content]) => segment(marker, content)),
    jpeg.subarray(2),
  )
}

/** Cuts a store into APP11 segments that repeat its header, as JPEG wants it. */
export function inJpeg(jpeg: Uint8Array, store: Uint8Array, pieceBytes = 200): Uint8Array {
  const pieces: [number, Uint8Array][] = []
  const header = store.subarray(0, 8)
  for (let at = 8, index = 1; at < store.length; at += pieceBytes, index++) {
    const piece = store.subarray(at, at + pieceBytes)
    pieces.push([0xeb, concat(ascii('JP'), u16(1), u32(index), header, piece)])
  }
  return withSegments(jpeg, ...pieces)
}

export function xmp(sourceType: string): Uint8Array {
  return ascii(
    `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description xmp:CreatorTool="Hill Painter 2"><Iptc4xmpExt:DigitalSourceType>${IPTC}${sourceType}</Iptc4xmpExt:DigitalSourceType></rdf:Description></x:xmpmeta>`,
  )
}

/** An Exif block with one text, `Software`. */
export function exifSoftware(text: string): Uint8Array {
  const tiff = concat(
    ascii('MM\0*'),
    u32(8),
    u16(1),
    u16(0x131),
    u16(2),
    u32(text.length + 1),
    u32(26),
    u32(0),
  )
  return concat(ascii('Exif\0\0'), tiff, ascii(`${text}\0`))
}

/** An Exif block that says how the picture lies, 1 to 8. */
export function exifOrientation(value: number): Uint8Array {
  return concat(
    ascii('Exif\0\0'),
    ascii('MM\0*'),
    u32(8),
    u16(1),
    u16(0x112),
    u16(3),
    u32(1),
    u16(value),
    u16(0),
    u32(0),
  )
}

/** A `udta` with iTunes' list and QuickTime's own texts, added to the movie header of a file with it last. */
export function withTags(clip: Uint8Array, tags: Record<string, string>): Uint8Array {
  const items = Object.entries(tags).map(([name, text]) => {
    const data = box('data', u32(1), u32(0), new TextEncoder().encode(text))
    return name.length === 4
      ? box(name, data)
      : box('----', box('mean', u32(0), ascii('com.apple.iTunes')), box('name', u32(0), ascii(name)), data)
  })
  const hdlr = box('hdlr', u32(0), u32(0), ascii('mdirappl'), new Uint8Array(9))
  return addToMovie(clip, box('udta', box('meta', u32(0), hdlr, box('ilst', ...items))))
}

/** Phones' way: `moov/meta` with a table of keys. */
export function withKeys(clip: Uint8Array, tags: Record<string, string>): Uint8Array {
  const entries = Object.entries(tags)
  const keys = box('keys', u32(0), u32(entries.length), ...entries.map(([name]) => box('mdta', ascii(name))))
  const items = entries.map(([, text], index) => {
    const data = box('data', u32(1), u32(0), new TextEncoder().encode(text))
    return concat(u32(data.length + 8), u32(index + 1), data)
  })
  const hdlr = box('hdlr', u32(0), u32(0), ascii('mdta'), new Uint8Array(13))
  return addToMovie(clip, box('meta', hdlr, keys, box('ilst', ...items)))
}

/** `clip` ends with its `moov`. */
function addToMovie(clip: Uint8Array, extra: Uint8Array): Uint8Array {
  const view = new DataView(clip.buffer, clip.byteOffset)
  let at = 0
  while (view.getUint32(at + 4) !== 0x6d6f6f76) at += view.getUint32(at)
  const out = concat(clip, extra)
  new DataView(out.buffer).setUint32(at, view.getUint32(at) + extra.length)
  return out
}

import { BitWriter } from './bit-writer.ts'

/**
 * The smallest useful H.264 encoder: constrained baseline, flat 16x16 blocks, then pictures that repeat the last one.
 * At these quantisers one step of a coefficient is one step of brightness or colour, so blocks come out exactly as
 * asked; the deblocking filter is off so that they stay so. Section numbers are those of ITU-T H.264 (08/2021).
 */

/** Colour of one block: Y, Cb, Cr. */
export type Ycc = readonly [y: number, cb: number, cr: number]

export interface EncodedVideo {
  /** Parameter sets, without start code or length. */
  sps: Uint8Array<ArrayBuffer>
  pps: Uint8Array<ArrayBuffer>
}

export interface VideoShape {
  width: number
  height: number
  /** Frames a second = timescale / ticks. */
  timescale: number
  ticksPerFrame: number
}

const LUMA_QP = 28
/** Chroma runs at QP 22, where its 2x2 transform also has a step of one. */
const CHROMA_QP_OFFSET = -6

/** level_idc, most macroblocks a picture, most a second (table A-1). */
const LEVELS: readonly (readonly [number, number, number])[] = [
  [30, 1620, 40_500],
  [31, 3600, 108_000],
  [32, 5120, 216_000],
  [40, 8192, 245_760],
  [42, 8704, 522_240],
  [50, 22_080, 589_824],
  [51, 36_864, 983_040],
  [52, 36_864, 2_073_600],
  [60, 139_264, 4_177_920],
  [62, 139_264, 16_711_680],
]

export function parameterSets(shape: VideoShape): EncodedVideo {
  const columns = Math.ceil(shape.width / 16)
  const rows = Math.ceil(shape.height / 16)
  const perSecond = (columns * rows * shape.timescale) / shape.ticksPerFrame
  const level = (LEVELS.find(([, size, rate]) => columns * rows <= size && perSecond <= rate) ??
    LEVELS.at(-1)!)[0]
  const sps = new BitWriter()
    .bits(66, 8) // profile_idc: baseline
    .bits(0b1100_0000, 8) // constrained
    .bits(level, 8)
    .ue(0) // seq_parameter_set_id
    .ue(4) // log2_max_frame_num_minus4: eight bits
    .ue(2) // pic_order_cnt_type: output order is decoding order
    .ue(1) // max_num_ref_frames
    .bits(0, 1) // gaps_in_frame_num_value_allowed_flag
    .ue(columns - 1)
    .ue(rows - 1)
    .bits(1, 1) // frame_mbs_only_flag
    .bits(1, 1) // direct_8x8_inference_flag
  const cropRight = (columns * 16 - shape.width) / 2
  const cropBottom = (rows * 16 - shape.height) / 2
  if (cropRight + cropBottom > 0) sps.bits(1, 1).ue(0).ue(cropRight).ue(0).ue(cropBottom)
  else sps.bits(0, 1)
  sps
    .bits(1, 1) // vui_parameters_present_flag
    .bits(0b0000, 4) // no aspect ratio, overscan, video signal or chroma location
    .bits(1, 1) // timing_info_present_flag; a tick is a field, two make a frame
    .bits(shape.ticksPerFrame, 32)
    .bits(shape.timescale * 2, 32)
    .bits(1, 1) // fixed_frame_rate_flag
    .bits(0b000, 3) // no HRD parameters, no pic_struct
    .bits(1, 1) // bitstream_restriction_flag
    .bits(1, 1) // motion_vectors_over_pic_boundaries_flag
    .ue(0)
    .ue(0)
    .ue(16)
    .ue(16)
    .ue(0) // max_num_reorder_frames: a player need not wait
    .ue(1)
    .trailing()
  const pps = new BitWriter()
    .ue(0)
    .ue(0)
    .bits(0b00, 2) // CAVLC, no bottom field order
    .ue(0) // one slice group
    .ue(0)
    .ue(0)
    .bits(0b000, 3) // no weighted prediction
    .se(LUMA_QP - 26)
    .se(0)
    .se(CHROMA_QP_OFFSET)
    .bits(1, 1) // deblocking_filter_control_present_flag
    .bits(0b00, 2)
    .trailing()
  return { sps: nalUnit(3, 7, sps.bytes()), pps: nalUnit(3, 8, pps.bytes()) }
}

/** A key picture whose block at column, row has the colour given. `idrPicId` has to differ between neighbours. */
export function keyPicture(
  shape: VideoShape,
  idrPicId: number,
  colourAt: (column: number, row: number) => Ycc,
): Uint8Array<ArrayBuffer> {
  const columns = Math.ceil(shape.width / 16)
  const rows = Math.ceil(shape.height / 16)
  const out = new BitWriter()
    .ue(0) // first_mb_in_slice
    .ue(7) // slice_type: all I
    .ue(0)
    .bits(0, 8) // frame_num
    .ue(idrPicId)
    .bits(0b00, 2) // dec_ref_pic_marking of an IDR picture
    .se(0) // slice_qp_delta
    .ue(1) // disable_deblocking_filter_idc
  let above: Ycc[] = []
  for (let row = 0; row < rows; row++) {
    const current: Ycc[] = []
    for (let column = 0; column < columns; column++) {
      const colour = colourAt(column, row)
      writeFlatBlock(out, colour, current[column - 1], above[column])
      current.push(colour)
    }
    above = current
  }
  return nalUnit(3, 5, out.trailing().bytes())
}

/** A picture equal to the one before. `frameNumber` counts from the last key picture, which is 0. */
export function repeatPicture(shape: VideoShape, frameNumber: number): Uint8Array<ArrayBuffer> {
  const out = new BitWriter()
    .ue(0)
    .ue(5) // slice_type: all P
    .ue(0)
    .bits(frameNumber % 256, 8)
    .bits(0b000, 3) // default reference, its list as it is, no marking operations
    .se(0)
    .ue(1)
    .ue(Math.ceil(shape.width / 16) * Math.ceil(shape.height / 16)) // mb_skip_run: all of them
  return nalUnit(2, 1, out.trailing().bytes())
}

/**
 * One Intra_16x16 macroblock predicted from its left neighbour, else from the one above, else from mid-grey; what is
 * left is one DC coefficient a plane. Neighbours without AC coefficients count as 0 in 9.2.1, so nC never changes.
 */
function writeFlatBlock(out: BitWriter, colour: Ycc, left: Ycc | undefined, above: Ycc | undefined): void {
  const predicted = left ?? above ?? ([128, 128, 128] as const)
  const [y, cb, cr] = [0, 1, 2].map((plane) => colour[plane]! - predicted[plane]!) as [number, number, number]
  const hasChroma = cb !== 0 || cr !== 0
  const lumaMode = left ? 1 : above ? 0 : 2
  const chromaMode = left ? 1 : above ? 2 : 0
  out
    .ue(1 + lumaMode + (hasChroma ? 4 : 0)) // mb_type (table 7-11)
    .ue(chromaMode)
    .se(0) // mb_qp_delta
  writeDc(out, y, { none: [1, 1], one: [1, 2], larger: [0b000101, 6] })
  if (!hasChroma) return
  for (const level of [cb, cr]) writeDc(out, level, { none: [1, 2], one: [1, 1], larger: [0b000111, 6] })
}

type Code = readonly [value: number, length: number]

/** A block with at most its first coefficient (9.2): coeff_token, sign or level, total_zeros of none. */
function writeDc(out: BitWriter, level: number, token: { none: Code; one: Code; larger: Code }): void {
  if (level === 0) {
    out.bits(...token.none)
    return
  }
  if (Math.abs(level) === 1) {
    out.bits(...token.one).bits(level < 0 ? 1 : 0, 1)
  } else {
    out.bits(...token.larger)
    const code = (level > 0 ? 2 * level - 2 : -2 * level - 1) - 2
    if (code < 14) out.bits(1, code + 1)
    else if (code < 30) out.bits(1, 15).bits(code - 14, 4)
    else out.bits(1, 16).bits(code - 30, 12)
  }
  out.bits(1, 1)
}

/** Puts the header before and keeps start codes from appearing inside (7.3.1). */
function nalUnit(importance: number, type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: number[] = [(importance << 5) | type]
  let zeros = 0
  for (const byte of payload) {
    if (zeros === 2 && byte <= 3) {
      out.push(3)
      zeros = 0
    }
    out.push(byte)
    zeros = byte === 0 ? zeros + 1 : 0
  }
  return Uint8Array.from(out)
}

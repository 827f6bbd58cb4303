import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  Mp4OutputFormat,
  Output,
  type VideoCodec,
  WebMOutputFormat,
} from 'mediabunny'

export interface ToMux {
  format: 'webm' | 'webm-live' | 'mkv' | 'fragmented-mp4'
  codec?: VideoCodec
  width?: number
  height?: number
  rotation?: 0 | 90 | 180 | 270
  /** Seconds at which frames begin; the last entry only ends the one before. */
  times?: number[]
  frameBytes?: number
  sound?: boolean
}

export function evenTimes(frameRate: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, index) => index / frameRate)
}

const SETUP: Partial<Record<VideoCodec, { codec: string; description?: Uint8Array }>> = {
  vp8: { codec: 'vp8' },
  vp9: { codec: 'vp09.00.31.08' },
  av1: { codec: 'av01.0.05M.08' },
  avc: {
    codec: 'avc1.42c01f',
    description: Uint8Array.of(
      1,
      0x42,
      0xc0,
      0x1f,
      0xff,
      0xe1,
      0,
      4,
      0x67,
      0x42,
      0xc0,
      0x1f,
      1,
      0,
      2,
      0x68,
      0xce,
    ),
  },
}

/**
 * A file written by somebody else's muxer around frames that carry no real picture: the structure is what is looked at.
 */
export async function mux(options: ToMux): Promise<Uint8Array> {
  const { codec = 'vp8', width = 720, height = 1280, times = evenTimes(30, 90), frameBytes = 200 } = options
  const format = {
    webm: () => new WebMOutputFormat(),
    'webm-live': () => new WebMOutputFormat({ appendOnly: true }),
    mkv: () => new MkvOutputFormat(),
    'fragmented-mp4': () => new Mp4OutputFormat({ fastStart: 'fragmented' }),
  }[options.format]()
  const output = new Output({ format, target: new BufferTarget() })
  const video = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(video, { ...(options.rotation && { rotation: options.rotation }) })
  const audio = options.sound ? new EncodedAudioPacketSource('opus') : undefined
  if (audio) output.addAudioTrack(audio)
  await output.start()
  for (let i = 0; i + 1 < times.length; i++) {
    const type = i % 30 === 0 ? 'key' : 'delta'
    const data = new Uint8Array(frameBytes).fill(i)
    const packet = new EncodedPacket(data, type, times[i]!, times[i + 1]! - times[i]!)
    const decoderConfig = { ...SETUP[codec]!, codedWidth: width, codedHeight: height }
    await video.add(packet, { decoderConfig } as EncodedVideoChunkMetadata)
    if (audio && i === 0) {
      const config = { codec: 'opus', numberOfChannels: 2, sampleRate: 48_000 }
      await audio.add(new EncodedPacket(new Uint8Array(50), 'key', 0, 0.02), { decoderConfig: config })
    }
  }
  await output.finalize()
  return new Uint8Array((output.target as BufferTarget).buffer!)
}

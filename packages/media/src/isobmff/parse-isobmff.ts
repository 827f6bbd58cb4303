import { asciiAt, type ByteReader, MalformedMedia } from '../byte-reader.ts'
import type { MediaProblem, ParsedMedia, VideoTrackInfo } from '../media-info.ts'
import { printable, walkTopLevel } from './boxes.ts'
import { addFragment } from './fragments.ts'
import { looksDamaged } from './look-at-samples.ts'
import { type Movie, parseMovie, type Track } from './movie.ts'

/** Looks at an MP4 or MOV: every outermost box to the end of the file, the movie header, the fragments' headers. */
export async function parseIsobmff(reader: ByteReader): Promise<ParsedMedia> {
  const problems: MediaProblem[] = []
  // A QuickTime file written before `ftyp` existed has none.
  let container: 'mp4' | 'mov' = 'mov'
  let movie: Movie | undefined
  let moovFirst: boolean | undefined
  let hasMediaData = false
  let fragmented = false

  for await (const step of walkTopLevel(reader)) {
    if (step.kind === 'not-a-box') {
      problems.push({
        code: step.bytesLeft < 16 ? 'truncated' : 'unreadable',
        detail: `${step.bytesLeft} bytes from byte ${step.at} on are not a box of the file`,
      })
      break
    }
    const { box } = step
    if (box.type === 'ftyp' && box.start === 0) {
      container = asciiAt(await reader.read(box.body, 4), 0, 4) === 'qt  ' ? 'mov' : 'mp4'
    }
    if (step.kind === 'overrun') {
      problems.push({
        code: 'truncated',
        detail: `its ${printable(box.type)} box should end at byte ${box.end}, the file ends at ${reader.size}`,
      })
      break
    }
    if (box.type === 'mdat') {
      moovFirst ??= movie !== undefined
      hasMediaData ||= box.end > box.body
    }
    try {
      if (box.type === 'moov' && !movie) movie = parseMovie(await reader.read(box.body, box.end - box.body))
      if (box.type === 'moof') fragmented = true
      if (box.type === 'moof' && movie) addFragment(await reader.read(box.body, box.end - box.body), movie)
    } catch (error) {
      if (!(error instanceof MalformedMedia)) throw error
      problems.push({ code: 'unreadable', detail: `in ${box.type} at byte ${box.start}: ${error.message}` })
    }
  }

  const parsed: ParsedMedia = { kind: 'video', container, problems }
  if (!movie) {
    if (!problems.some((problem) => problem.code === 'unreadable')) {
      problems.push({
        code: 'no-movie-header',
        detail: 'there is no moov box, so nothing says what is inside',
      })
    }
    return parsed
  }
  parsed.moovFirst = moovFirst ?? true
  if (fragmented || movie.fragmentDefaults.size > 0) parsed.fragmented = true
  const main = addTracks(parsed, movie)
  const samplesEnd = Math.max(0, ...movie.tracks.map((track) => track.samplesEnd))
  // The boxes already said so, as a rule; a media box that claims to reach the end, or none at all, does not.
  if (samplesEnd > 0 && !problems.some((problem) => problem.code === 'truncated')) {
    if (samplesEnd > reader.size) {
      problems.push({
        code: 'truncated',
        detail: `its last sample should end at byte ${samplesEnd}, the file ends at ${reader.size}`,
      })
    } else if (!hasMediaData) {
      problems.push({
        code: 'truncated',
        detail: 'there is no mdat box, so the frames themselves are missing',
      })
    }
  }
  if (main && problems.length === 0 && reader.local && (await looksDamaged(reader, main))) {
    problems.push({
      code: 'damaged',
      detail: 'where its frames should be stands something else, as after a download that stopped half way',
    })
  }
  return parsed
}

function addTracks(parsed: ParsedMedia, movie: Movie): Track | undefined {
  const pictures = movie.tracks.filter((track) => track.handler === 'vide')
  const main = pictures.find((track) => track.enabled && track.frames.count > 0) ?? pictures[0]
  const sound = movie.tracks.find((track) => track.sound)
  if (sound?.sound) parsed.audio = sound.sound
  const durationSec = Math.max(0, ...[main, sound].map((track) => (track ? secondsOf(track) : 0)))
  if (durationSec > 0) parsed.durationSec = round(durationSec, 1000)
  parsed.tracks = movie.tracks.map((track) => ({
    kind: TRACK_KINDS[track.handler] ?? printable(track.handler),
    codec: track.picture?.codec ?? track.sound?.codec ?? printable(track.entry),
  }))
  const protectedBy = [main, sound].map((track) => track?.protection).find((scheme) => scheme !== undefined)
  if (protectedBy !== undefined) {
    parsed.problems.push({ code: 'encrypted', detail: `its content is copy-protected (${protectedBy})` })
  }

  if (!main) {
    parsed.problems.push({ code: 'no-video-track', detail: 'it has no track with pictures' })
  } else if (!main.picture) {
    parsed.problems.push({ code: 'unreadable', detail: 'its video track does not say what it holds' })
  } else {
    parsed.video = videoInfo(main, main.picture)
    if (main.edits > 1) parsed.edits = main.edits
    if (main.frames.count === 0) {
      parsed.problems.push({ code: 'no-frames', detail: 'its video track has no frame' })
    }
  }
  return main
}

const TRACK_KINDS: Record<string, string> = { vide: 'video', soun: 'audio' }

function secondsOf(track: Track): number {
  return track.editedSec ?? (track.timescale > 0 ? track.frames.ticks / track.timescale : 0)
}

function videoInfo(track: Track, picture: NonNullable<Track['picture']>): VideoTrackInfo {
  const { unitLengthBytes: _, width, height, ...rest } = picture
  const turned = picture.rotation % 180 !== 0
  const { frames } = track
  return {
    ...rest,
    width: turned ? height : width,
    height: turned ? width : height,
    frameRate: frames.ticks > 0 ? round((frames.count * track.timescale) / frames.ticks, 100) : 0,
    variableFrameRate: frames.variable,
  }
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

import { viewOf } from '../byte-reader.ts'
import { children, childrenByType } from './boxes.ts'
import type { Movie } from './movie.ts'

/** Adds the frames of one `moof` box (its content) to the movie's tracks. */
export function addFragment(moof: Uint8Array, movie: Movie): void {
  const view = viewOf(moof)
  for (const traf of children(moof)) {
    if (traf.type !== 'traf') continue
    const header = childrenByType(moof, traf.body, traf.end).get('tfhd')
    if (!header || header.end - header.body < 8) continue
    const flags = view.getUint32(header.body) & 0xffffff
    const id = view.getUint32(header.body + 4)
    const track = movie.tracks.find((candidate) => candidate.id === id)
    if (!track) continue
    let usual = movie.fragmentDefaults.get(id) ?? 0
    const durationAt = header.body + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0)
    if (flags & 8 && durationAt + 4 <= header.end) usual = view.getUint32(durationAt)

    for (const trun of children(moof, traf.body, traf.end)) {
      if (trun.type !== 'trun' || trun.end - trun.body < 8) continue
      const present = view.getUint32(trun.body) & 0xffffff
      const claimed = view.getUint32(trun.body + 4)
      const at = trun.body + 8 + (present & 1 ? 4 : 0) + (present & 4 ? 4 : 0)
      const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => present & flag).length * 4
      const count = step === 0 ? claimed : Math.min(claimed, Math.max(0, Math.floor((trun.end - at) / step)))
      if (present & 0x100) {
        for (let i = 0; i < count; i++) track.frames.add(1, view.getUint32(at + i * step))
      } else {
        track.frames.add(count, usual)
      }
    }
  }
}

/**
 * How alike is alike. Chosen on one half of the sources of the originality benchmark and judged on the other; see
 * docs/media.md. Distances are means of differing bits of 256; unrelated pictures differ in 128.
 */
export const THRESHOLDS = {
  /** Pictures with less to see than this are as like to anything as to themselves (PDQ quality, 0 to 100). */
  minQuality: 10,
  /** A pair of pictures this close is worth trying whether the videos run side by side from there. */
  seed: 70,
  /** Along a line, what is closer than this prolongs a match and what is farther ends it. */
  segment: 96,
  /** Shortest match, in seconds; of shorter videos it is half of the shorter one. */
  minSegmentSec: 3,
  video: {
    /**
     * The pictures change in step: at the same time they are nearer than at another by so many bits, and by such a
     * share of their distance. What stands still says less: slides on one template are alike, whatever they say.
     */
    contrast: { bits: 12, shareOfDistance: 0.75 },
    moving: { duplicate: 64, review: 84 },
    still: { duplicate: 8, review: 56 },
    /** A part of the picture must be nearer than the whole by this to be preferred: it proves less. */
    partHandicap: 6,
  },
  photo: { duplicate: 31, review: 45, minQuality: 50 },
} as const

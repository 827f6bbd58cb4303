/**
 * How alike is alike. Chosen on one half of the sources of the originality benchmark and judged on the other; see
 * docs/media.md. Distances are means of differing bits of 256; unrelated pictures differ in 128.
 */
export const THRESHOLDS = {
  /** Pictures with less to see than this are as like to anything as to themselves (PDQ quality, 0 to 100). */
  minQuality: 10,
  /** A pair of pictures this close is worth trying whether the videos run side by side from there. */
  seed: 60,
  /** Along a line, what is closer than this prolongs a match and what is farther ends it. */
  segment: 80,
  /** Shortest match, in seconds; of shorter videos it is half of the shorter one. */
  minSegmentSec: 3,
  video: {
    /**
     * The pictures change in step: the same picture at the same time is closer than at another by so many bits. What
     * stands still says less: slides on one template are alike, whatever they say.
     */
    contrast: 12,
    moving: { duplicate: 64, review: 76 },
    still: { duplicate: 16, review: 56 },
  },
  photo: { duplicate: 31, review: 45, minQuality: 50 },
} as const

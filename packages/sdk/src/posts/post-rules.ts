/** What TikTok would refuse anyway, said before anything is sent. Sources stand in the contracts. */
import { mediaRules } from '@tockwork/contracts'
import { privacyLevels } from '@tockwork/contracts/posting'
import { UsageError } from '@tockwork/kernel'
import type { AudienceOptions, PhotoDraftOptions, VideoPostOptions } from './post-options.ts'

const { caption, photo } = mediaRules

export function checkVideoPost(options: VideoPostOptions): void {
  checkAudience(options)
  checkLength('title', options.title, caption.videoTitleMax)
  const cover = options.coverTimestampMs
  if (cover !== undefined && (!Number.isInteger(cover) || cover < 0)) {
    throw new UsageError(
      `coverTimestampMs is ${cover}; it is a whole number of milliseconds from the start.`,
      {
        field: 'coverTimestampMs',
      },
    )
  }
}

export function checkAudience(options: AudienceOptions): void {
  const { privacyLevel, brandContent } = options
  if (!(privacyLevels as readonly (string | undefined)[]).includes(privacyLevel)) {
    throw new UsageError(
      `privacyLevel is ${privacyLevel === undefined ? 'missing' : JSON.stringify(privacyLevel)}; TikTok knows ${privacyLevels.join(', ')}.`,
      {
        field: 'privacyLevel',
        action:
          'Let the creator choose from privacy_level_options of posts.creatorInfo(); there is no default.',
      },
    )
  }
  if (brandContent === true && privacyLevel === 'SELF_ONLY') {
    throw new UsageError(
      'brandContent cannot go with privacyLevel SELF_ONLY: a paid partnership must be visible.',
      {
        field: 'brandContent',
      },
    )
  }
}

/** @param localHttp whether plain http to this machine is allowed, as when an emulator stands in for TikTok. */
export function checkPhotos(options: PhotoDraftOptions, localHttp: boolean): void {
  const { urls, coverIndex = 0 } = options
  if (!Array.isArray(urls) || urls.length < 1 || urls.length > photo.maxCount) {
    const found = Array.isArray(urls) ? `has ${urls.length} addresses` : 'is not a list'
    throw new UsageError(`urls ${found}; a photo post has 1 to ${photo.maxCount}.`, { field: 'urls' })
  }
  urls.forEach((url, index) => {
    checkPullUrl(url, `urls[${index}]`, localHttp)
  })
  if (!Number.isInteger(coverIndex) || coverIndex < 0 || coverIndex >= urls.length) {
    throw new UsageError(
      `coverIndex is ${coverIndex}; with ${urls.length} photos it is 0 to ${urls.length - 1}.`,
      {
        field: 'coverIndex',
      },
    )
  }
  checkLength('title', options.title, caption.photoTitleMax)
  checkLength('description', options.description, caption.photoDescriptionMax)
}

export function checkPullUrl(address: string, field: string, localHttp: boolean): void {
  const problem = pullUrlProblem(address, localHttp)
  if (problem === undefined) return
  throw new UsageError(`${field} ${problem}; TikTok downloads from public https addresses only.`, {
    field,
    action: 'Host the media under https on a domain verified for the app, or upload the file.',
  })
}

function pullUrlProblem(address: string, localHttp: boolean): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return 'is not an absolute URL'
  const { protocol, hostname } = new URL(address)
  if (protocol === 'https:') return undefined
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return protocol === 'http:' && localHttp && local ? undefined : `has the scheme ${protocol.slice(0, -1)}`
}

/** TikTok counts UTF-16 code units, and so does `length`. */
function checkLength(field: string, text: string | undefined, most: number): void {
  if (text === undefined) return
  if (typeof text !== 'string') throw new UsageError(`${field} is not a text.`, { field })
  if (text.length > most) {
    throw new UsageError(`${field} has ${text.length} UTF-16 code units; TikTok takes at most ${most}.`, {
      field,
    })
  }
}

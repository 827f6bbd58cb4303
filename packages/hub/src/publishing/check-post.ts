/** Everything that is wrong with a post, so that a form can show it at once. Fields are named as on our API. */
import type { FieldError } from '@tockwork/api'
import type { Agreement } from '../storage/post-consents.ts'
import type { MediaFinding } from './media-gate.ts'
import type { Post, PostOptions } from './post.ts'

/** The platform's figures; they stand with its other facts. */
export interface PostingRules {
  caption: { videoTitleMax: number; photoTitleMax: number; photoDescriptionMax: number }
  photoCount: number
  privacyLevels: readonly string[]
  /** Whether plain http to this machine may be downloaded from, as with an emulator. */
  localHttp: boolean
}

/** What the creator may choose from right now. */
export interface CreatorRules {
  privacyLevelOptions: readonly string[]
  commentDisabled: boolean
  duetDisabled: boolean
  stitchDisabled: boolean
  maxVideoPostDurationSec: number
}

export type PostContent = Pick<Post, 'kind' | 'mode' | 'options' | 'source'>

/** The names of options on our API, and where they apply. Drafts of videos take no options: the creator writes them. */
const OPTIONS: readonly {
  key: keyof PostOptions
  field: string
  in: readonly `${Post['kind']}/${Post['mode']}`[]
}[] = [
  { key: 'title', field: 'title', in: ['video/direct', 'photo/direct', 'photo/draft'] },
  { key: 'description', field: 'description', in: ['photo/direct', 'photo/draft'] },
  { key: 'privacyLevel', field: 'privacy_level', in: ['video/direct', 'photo/direct'] },
  { key: 'disableComment', field: 'disable_comment', in: ['video/direct', 'photo/direct'] },
  { key: 'disableDuet', field: 'disable_duet', in: ['video/direct'] },
  { key: 'disableStitch', field: 'disable_stitch', in: ['video/direct'] },
  { key: 'coverTimestampMs', field: 'cover_timestamp_ms', in: ['video/direct'] },
  { key: 'brandContent', field: 'brand_content', in: ['video/direct', 'photo/direct'] },
  { key: 'brandOrganic', field: 'brand_organic', in: ['video/direct', 'photo/direct'] },
  { key: 'aigc', field: 'aigc', in: ['video/direct', 'photo/direct', 'photo/draft'] },
  { key: 'autoAddMusic', field: 'auto_add_music', in: ['photo/direct'] },
]

/** What can be said without asking anyone: caption, options that do not apply, addresses. */
export function checkContent(post: PostContent, rules: PostingRules): FieldError[] {
  const { kind, mode, options, source } = post
  const errors: FieldError[] = []
  const add = (field: string, rule: string, message: string): void => {
    errors.push({ field, rule, message })
  }
  for (const option of OPTIONS) {
    if (options[option.key] === undefined || option.in.includes(`${kind}/${mode}`)) continue
    const why =
      kind === 'video' && mode === 'draft'
        ? 'the creator writes caption and settings of a video draft in TikTok'
        : `it does not apply to a ${kind} ${mode === 'draft' ? 'draft' : 'post'}`
    add(`options.${option.field}`, 'not_applicable', `Leave ${option.field} out: ${why}.`)
  }
  const length = (field: 'title' | 'description', most: number): void => {
    const text = options[field]
    // TikTok counts UTF-16 code units, and so does `length`.
    if (text !== undefined && text.length > most)
      add(
        `options.${field}`,
        'too_long',
        `${field} has ${text.length} UTF-16 code units; TikTok takes ${most}.`,
      )
  }
  if (kind === 'video') length('title', rules.caption.videoTitleMax)
  else {
    length('title', rules.caption.photoTitleMax)
    length('description', rules.caption.photoDescriptionMax)
  }
  if (mode === 'direct') {
    const { privacyLevel } = options
    if (privacyLevel === undefined)
      add(
        'options.privacy_level',
        'required',
        'Let the creator choose from privacy_level_options; TikTok allows no default.',
      )
    else if (!rules.privacyLevels.includes(privacyLevel))
      add('options.privacy_level', 'unknown_value', `TikTok knows ${rules.privacyLevels.join(', ')}.`)
    if (options.brandContent === true && privacyLevel === 'SELF_ONLY')
      add(
        'options.brand_content',
        'brand_content_private',
        'A paid partnership must be visible: SELF_ONLY does not go with it.',
      )
  }
  if (source.type === 'url') errors.push(...checkAddress('video.url', source.url, rules.localHttp))
  if (source.type === 'photos') {
    if (source.urls.length < 1 || source.urls.length > rules.photoCount)
      add('photos.urls', 'photo_count', `A photo post has 1 to ${rules.photoCount} photos.`)
    for (const [index, url] of source.urls.entries())
      errors.push(...checkAddress(`photos.urls[${index}]`, url, rules.localHttp))
    if (source.coverIndex >= source.urls.length)
      add(
        'photos.cover_index',
        'cover_index',
        `There are ${source.urls.length} photos; count the cover from 0.`,
      )
  }
  return errors
}

/** Addresses of pictures, each by itself. */
export function checkAddresses(urls: readonly string[], localHttp: boolean): FieldError[] {
  return urls.flatMap((url, index) => checkAddress(`photos.urls[${index}]`, url, localHttp))
}

function checkAddress(field: string, address: string, localHttp: boolean): FieldError[] {
  if (!URL.canParse(address)) return [{ field, rule: 'not_a_url', message: 'This is no absolute URL.' }]
  const { protocol, hostname, username } = new URL(address)
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (username !== '') return [{ field, rule: 'url_credentials', message: 'Leave user and password out.' }]
  if (protocol === 'https:' || (protocol === 'http:' && localHttp && local)) return []
  return [
    {
      field,
      rule: 'https_needed',
      message: 'Only public https addresses are downloaded from, without redirects.',
    },
  ]
}

/** Whether the account is connected and its creator granted what this needs. */
export function checkAccount(
  account: { id: string; status: string; scopes: readonly string[] },
  mode: Post['mode'],
  field: string,
): FieldError[] {
  if (account.status !== 'connected')
    return [
      { field, rule: 'not_connected', message: `${account.id} is ${account.status}: connect it again.` },
    ]
  const scope = mode === 'direct' ? 'video.publish' : 'video.upload'
  if (account.scopes.includes(scope)) return []
  return [
    {
      field,
      rule: 'scope_missing',
      message: `The creator of ${account.id} did not grant ${scope}: connect it again and let them tick it.`,
    },
  ]
}

/**
 * Until TikTok has audited an app, its direct posts are private. Which apps it has audited only their owner can tell, and
 * creator info offers public posts all the same: https://developers.tiktok.com/doc/content-sharing-guidelines
 */
export function checkApp(
  { mode, options: { privacyLevel } }: Pick<PostContent, 'mode' | 'options'>,
  app: { id: string; audited: boolean },
): FieldError[] {
  if (mode === 'draft' || app.audited || privacyLevel === undefined || privacyLevel === 'SELF_ONLY') return []
  return [
    {
      field: 'options.privacy_level',
      rule: 'unaudited_app',
      message: `${app.id} is not marked as audited, and TikTok takes only SELF_ONLY then, from private accounts. Where TikTok has audited it, set audited on the app.`,
    },
  ]
}

/**
 * What has to be agreed to before a direct post: https://developers.tiktok.com/doc/content-sharing-guidelines. Drafts are
 * agreed to in TikTok.
 */
export function checkConsent(
  { mode, options }: Pick<PostContent, 'mode' | 'options'>,
  consent: { agreed: readonly Agreement[] } | undefined,
  required: boolean,
): FieldError[] {
  if (mode === 'draft' || (consent === undefined && !required)) return []
  const needed: Agreement[] =
    options.brandContent === true ? ['music_usage', 'branded_content'] : ['music_usage']
  const missing = needed.filter((one) => consent?.agreed.includes(one) !== true)
  if (missing.length === 0) return []
  return [
    {
      field: 'consent.agreed',
      rule: 'consent_missing',
      message: `Before this post the creator has to agree to ${missing.map((one) => AGREEMENTS[one]).join(' and ')}; nobody says that they did.`,
    },
  ]
}

const AGREEMENTS: Readonly<Record<Agreement, string>> = {
  music_usage: "TikTok's Music Usage Confirmation",
  branded_content: "TikTok's Branded Content Policy",
}

/** Against what the creator allows now. What is left open is not refused: TikTok applies the creator's settings then. */
export function checkCreator(post: PostContent, creator: CreatorRules, who: string): FieldError[] {
  const { options, kind } = post
  const errors: FieldError[] = []
  const { privacyLevel } = options
  if (privacyLevel !== undefined && !creator.privacyLevelOptions.includes(privacyLevel))
    errors.push({
      field: 'options.privacy_level',
      rule: 'privacy_level_option_mismatch',
      message: `${who} may choose ${creator.privacyLevelOptions.join(', ')}.`,
    })
  const disabled = (wants: boolean | undefined, off: boolean, field: string, what: string): void => {
    if (wants === false && off)
      errors.push({
        field: `options.${field}`,
        rule: 'disabled_by_creator',
        message: `${who} has ${what} switched off in TikTok: leave ${field} out or set it to true.`,
      })
  }
  disabled(options.disableComment, creator.commentDisabled, 'disable_comment', 'comments')
  if (kind === 'video') {
    disabled(options.disableDuet, creator.duetDisabled, 'disable_duet', 'duets')
    disabled(options.disableStitch, creator.stitchDisabled, 'disable_stitch', 'stitches')
  }
  return errors
}

/** What a gate found, as errors of the field that names the file. */
export function mediaErrors(findings: readonly MediaFinding[], field: string): FieldError[] {
  return findings.map(({ rule, found, allowed, fix }) => ({
    field,
    rule: `media_${rule.replaceAll('-', '_')}`,
    message: `${found}; allowed: ${allowed}. To mend it: ${fix}.`,
  }))
}

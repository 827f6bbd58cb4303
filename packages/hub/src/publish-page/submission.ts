/** What the page sends when the creator presses the button, and what is made of it. */
import { type FieldError, problem } from '@tockwork/api'
import { z } from 'zod'
import { unstorableTexts } from '../http/storable-text.ts'
import { fieldErrors, strictly } from '../http/strict.ts'
import type { PostKind, PostMode, PostOptions } from '../publishing/post.ts'
import { requiredTexts } from '../tiktok/publish-texts.ts'

const accountChoice = z.object({
  account_id: z.string().max(64),
  privacy_level: z.string().max(64).optional(),
  allow_comment: z.boolean().default(false),
  allow_duet: z.boolean().default(false),
  allow_stitch: z.boolean().default(false),
})

const submission = strictly(
  z.object({
    title: z.string().max(8000).default(''),
    description: z.string().max(8000).default(''),
    accounts: z.array(accountChoice).min(1).max(20),
    disclose: z.boolean().default(false),
    your_brand: z.boolean().default(false),
    branded_content: z.boolean().default(false),
    aigc: z.boolean().default(false),
    agreed: z
      .array(z.enum(['music_usage', 'branded_content']))
      .max(2)
      .default([]),
    scheduled_at: z.string().max(40).optional(),
    time_zone: z.string().max(64).optional(),
  }),
)

export type Submission = z.output<typeof submission>
export type AccountChoice = Submission['accounts'][number]

/** @throws {Problem} `malformed_json`, `invalid_request` */
export function parseSubmission(body: Uint8Array): Submission {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw problem('malformed_json', 'What the page sent is no JSON', { cause: error })
  }
  const result = submission.safeParse(json)
  if (!result.success)
    throw problem('invalid_request', result.error.issues[0]?.message, { errors: fieldErrors(result.error) })
  const errors = unstorableTexts(result.data)
  if (errors.length > 0) throw problem('invalid_request', errors[0]?.message, { errors })
  return result.data
}

/** What a form can have wrong that TikTok's fields no longer show. */
export function disclosureErrors({ disclose, your_brand, branded_content }: Submission): FieldError[] {
  if (disclose && !your_brand && !branded_content)
    return [
      {
        field: 'disclose',
        rule: 'disclosure_empty',
        message: requiredTexts.chooseDisclosure,
      },
    ]
  if (!disclose && (your_brand || branded_content))
    return [{ field: 'disclose', rule: 'disclosure_off', message: 'The disclosure is switched off.' }]
  return []
}

/** TikTok's options of one account's post. Whatever nobody switched on is off. */
export function optionsOf(
  said: Submission,
  choice: AccountChoice,
  { kind, mode }: { kind: PostKind; mode: PostMode },
): PostOptions {
  const texts: PostOptions =
    kind === 'photo'
      ? { title: filled(said.title), description: filled(said.description) }
      : { title: filled(said.title) }
  // The creator writes a draft of a video in TikTok.
  if (mode === 'draft') return kind === 'photo' ? texts : {}
  return {
    ...texts,
    privacyLevel: choice.privacy_level,
    disableComment: !choice.allow_comment,
    ...(kind === 'video' ? { disableDuet: !choice.allow_duet, disableStitch: !choice.allow_stitch } : {}),
    brandOrganic: said.your_brand,
    brandContent: said.branded_content,
    ...(said.aigc ? { aigc: true } : {}),
  }
}

function filled(text: string): string | undefined {
  return text === '' ? undefined : text
}

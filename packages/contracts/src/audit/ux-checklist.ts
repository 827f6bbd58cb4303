/**
 * What a posting page must show to pass the Content Posting audit. Rules are in our words; `label` holds the strings
 * that TikTok prescribes, to the letter.
 * Source: developers.tiktok.com/doc/content-sharing-guidelines, as read on 2026-09-11.
 */

export interface ChecklistItem {
  id: string
  section: string
  rule: string
  /** A text that must appear as it stands. */
  label?: string
  /** Addresses that parts of the label link to. */
  links?: Readonly<Record<string, string>>
  source: string
}

const SOURCE = 'https://developers.tiktok.com/doc/content-sharing-guidelines'

/** Texts that TikTok prescribes. */
export const requiredTexts = {
  yourBrand: 'Your brand',
  brandedContent: 'Branded content',
  chooseDisclosure: 'You need to indicate if your content promotes yourself, a third party, or both.',
  promotional: "Your photo/video will be labeled as 'Promotional content'",
  paidPartnership: "Your photo/video will be labeled as 'Paid partnership'",
  brandedNotPrivate: 'Branded content visibility cannot be set to private.',
  consent: "By posting, you agree to TikTok's Music Usage Confirmation",
  consentBranded: "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation",
} as const

export const requiredLinks = {
  'Music Usage Confirmation': 'https://www.tiktok.com/legal/page/global/music-usage-confirmation/en',
  'Branded Content Policy': 'https://www.tiktok.com/legal/page/global/bc-policy/en',
} as const

const item = (
  section: string,
  id: string,
  rule: string,
  more: Pick<ChecklistItem, 'label' | 'links'> = {},
): ChecklistItem => ({ id, section, rule, ...more, source: SOURCE })

export const uxChecklist: readonly ChecklistItem[] = [
  item('account', 'fresh-creator-info', 'Ask for creator info each time the post page is shown.'),
  item('account', 'nickname', 'Show the creator’s nickname, so that people know where the post goes.'),
  item(
    'account',
    'stop-when-capped',
    'When creator info says that no more posts are possible now, stop and ask to try later.',
  ),
  item('account', 'duration', 'Compare the video’s duration with max_video_post_duration_sec.'),

  item(
    'metadata',
    'title-editable',
    'Let people type the title; text and hashtags filled in beforehand can be changed.',
  ),
  item('metadata', 'privacy-options', 'Offer exactly the privacy_level_options that came back.'),
  item('metadata', 'privacy-no-default', 'Preselect no privacy level; the person picks one.'),
  item(
    'metadata',
    'interactions-off',
    'Allow Comment, Duet and Stitch start unticked and are ticked by the person.',
  ),
  item('metadata', 'interactions-greyed', 'An interaction that creator info disables is greyed out.'),
  item('metadata', 'photo-interactions', 'For photos show Allow Comment alone.'),

  item('disclosure', 'disclosure-off', 'The switch that discloses commercial content starts off.'),
  item(
    'disclosure',
    'disclosure-choices',
    'When it is on, offer the boxes "Your brand" and "Branded content"; both may be ticked.',
  ),
  item(
    'disclosure',
    'disclosure-empty',
    'While neither is ticked, publishing is disabled and says why on hover.',
    {
      label: requiredTexts.chooseDisclosure,
    },
  ),
  item('disclosure', 'your-brand-prompt', 'With "Your brand" alone, say how the post will be labelled.', {
    label: requiredTexts.promotional,
  }),
  item(
    'disclosure',
    'branded-prompt',
    'With "Branded content", alone or with the other, say how the post will be labelled.',
    {
      label: requiredTexts.paidPartnership,
    },
  ),
  item(
    'disclosure',
    'branded-not-private',
    'Branded content is never private: disable that box while only the creator may see the post, or make it public and say so; with the box ticked, only-me is disabled and says why on hover.',
    { label: requiredTexts.brandedNotPrivate },
  ),
  item(
    'disclosure',
    'disclosure-fields',
    'Send "Your brand" as brand_organic_toggle and "Branded content" as brand_content_toggle.',
  ),

  item('consent', 'consent-music', 'Before the button, with nothing or "Your brand" ticked:', {
    label: requiredTexts.consent,
    links: { 'Music Usage Confirmation': requiredLinks['Music Usage Confirmation'] },
  }),
  item('consent', 'consent-branded', 'Before the button, with "Branded content" ticked:', {
    label: requiredTexts.consentBranded,
    links: requiredLinks,
  }),

  item('control', 'preview', 'Show a preview of what will be posted.'),
  item(
    'control',
    'no-added-marks',
    'Add no watermark, logo, brand name, link or advertising text to the content.',
  ),
  item('control', 'nothing-before-consent', 'Send nothing to TikTok before the person has agreed.'),
  item('control', 'processing-notice', 'Say that it may take a few minutes until the post is seen.'),
  item('control', 'show-result', 'Poll the status or take webhooks, and show what became of the post.'),

  item(
    'use',
    'original-content',
    'Made for original content of real creators, not for copying from other platforms.',
  ),
  item(
    'use',
    'wide-audience',
    'Made for many people, not for accounts that you or your team run, and no test app.',
  ),
  item('use', 'secret-kept', 'The client secret is confidential and in no public source code.'),
]

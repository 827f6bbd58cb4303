/**
 * What only a person may choose. TikTok's content sharing guidelines: privacy has no default, interactions start off,
 * commercial content is disclosed by hand. https://developers.tiktok.com/doc/content-sharing-guidelines
 */
import { type PrivacyLevel, privacyLevels } from '@tockwork/contracts/posting'
import { UsageError } from '@tockwork/kernel'
import type { Output } from '../output/output.ts'
import { type Choice, Prompts } from '../output/prompts.ts'

export interface ChoiceFlags {
  privacy?: string
  comment?: boolean
  duet?: boolean
  stitch?: boolean
  brandContent?: boolean
  brandOrganic?: boolean
  yes?: boolean
}

export interface Choices {
  privacyLevel: PrivacyLevel
  disableComment: boolean
  disableDuet: boolean
  disableStitch: boolean
  brandContent: boolean
  brandOrganic: boolean
}

/** The part of creator info that limits the choices. */
export interface CreatorLimits {
  creator_username: string
  privacy_level_options: readonly string[]
  comment_disabled: boolean
  duet_disabled: boolean
  stitch_disabled: boolean
}

const privacyNames: Readonly<Record<string, PrivacyLevel>> = {
  public: 'PUBLIC_TO_EVERYONE',
  friends: 'MUTUAL_FOLLOW_FRIENDS',
  followers: 'FOLLOWER_OF_CREATOR',
  private: 'SELF_ONLY',
}

const privacyLabels: Readonly<Record<PrivacyLevel, string>> = {
  PUBLIC_TO_EVERYONE: 'Everyone',
  MUTUAL_FOLLOW_FRIENDS: 'Friends (followers you follow back)',
  FOLLOWER_OF_CREATOR: 'Followers',
  SELF_ONLY: 'Only you',
}

type Interaction = 'comment' | 'duet' | 'stitch'

/** What a flag says wrongly whoever the creator is; called before anything is sent. */
export function checkFlags(flags: ChoiceFlags): void {
  if (flags.privacy !== undefined) readPrivacy(flags.privacy)
  if (
    flags.brandContent === true &&
    flags.privacy !== undefined &&
    readPrivacy(flags.privacy) === 'SELF_ONLY'
  ) {
    throw new UsageError(
      '--brand-content cannot go with --privacy private: a paid partnership must be visible.',
      {
        field: '--brand-content',
      },
    )
  }
}

export interface ChoiceContext {
  out: Output
  signal: AbortSignal
  /** Nobody real is posted for: then a missing choice falls to the most private one. */
  emulated: boolean
}

/** @throws {UsageError} naming the flag that is missing when nobody can be asked. */
export async function makeChoices(
  flags: ChoiceFlags,
  creator: CreatorLimits,
  media: 'video' | 'photo',
  { out, signal, emulated }: ChoiceContext,
): Promise<Choices> {
  const possible: Interaction[] = media === 'video' ? ['comment', 'duet', 'stitch'] : ['comment']
  const off = (what: Interaction): boolean => creator[`${what}_disabled`]
  for (const what of possible) {
    if (flags[what] === true && off(what)) {
      throw new UsageError(`--${what}: @${creator.creator_username} has ${what} turned off in TikTok.`, {
        field: `--${what}`,
        action: `Leave --${what} out; only the creator can turn it on, in TikTok's settings.`,
      })
    }
  }
  const prompts = out.interactive ? new Prompts(out, signal) : undefined
  const rehearsed = emulated && prompts === undefined && flags.privacy === undefined
  if (rehearsed)
    out.note(
      'Nobody can be asked here: only you may see it (SELF_ONLY). Against TikTok, --privacy is needed.',
    )
  const privacyLevel = rehearsed ? 'SELF_ONLY' : await choosePrivacy(flags, creator, prompts)
  const ask = flags.yes === true ? undefined : prompts
  const on = await chooseInteractions(
    flags,
    possible.filter((what) => !off(what)),
    ask,
  )
  const { brandContent, brandOrganic } = await chooseDisclosure(flags, privacyLevel, ask)
  return {
    privacyLevel,
    disableComment: !on.has('comment'),
    disableDuet: !on.has('duet'),
    disableStitch: !on.has('stitch'),
    brandContent,
    brandOrganic,
  }
}

async function choosePrivacy(
  { privacy }: ChoiceFlags,
  creator: CreatorLimits,
  prompts: Prompts | undefined,
): Promise<PrivacyLevel> {
  const options = privacyLevels.filter((level) => creator.privacy_level_options.includes(level))
  const listed = options.map((level) => `${shortName(level)} (${level})`).join(', ')
  if (privacy !== undefined) {
    const chosen = readPrivacy(privacy)
    if (options.includes(chosen)) return chosen
    throw new UsageError(`--privacy ${privacy} is not open to @${creator.creator_username} now.`, {
      code: 'privacy_level_option_mismatch',
      field: '--privacy',
      action: `This creator can choose: ${listed}.`,
    })
  }
  if (prompts === undefined) {
    throw new UsageError(
      '--privacy is missing: TikTok wants a person to choose who may see a post, and nobody can be asked here.',
      {
        field: '--privacy',
        action: `@${creator.creator_username} can choose: ${listed}. Example: --privacy ${shortName(options.at(-1))}`,
      },
    )
  }
  return prompts.one(
    `Who may see it on @${creator.creator_username}?`,
    options.map((level): Choice<PrivacyLevel> => ({ value: level, label: privacyLabels[level] })),
  )
}

async function chooseInteractions(
  flags: ChoiceFlags,
  open: Interaction[],
  prompts: Prompts | undefined,
): Promise<Set<Interaction>> {
  const given = open.filter((what) => flags[what] === true)
  const unsaid = open.filter((what) => flags[what] === undefined)
  if (prompts === undefined || unsaid.length === 0) return new Set(given)
  const labels = { comment: 'Comment', duet: 'Duet', stitch: 'Stitch' }
  const turnedOn = await prompts.some(
    'Let others',
    unsaid.map((what) => ({ value: what, label: labels[what] })),
  )
  return new Set([...given, ...turnedOn])
}

async function chooseDisclosure(
  flags: ChoiceFlags,
  privacy: PrivacyLevel,
  prompts: Prompts | undefined,
): Promise<{ brandContent: boolean; brandOrganic: boolean }> {
  const { brandContent, brandOrganic } = flags
  let said = { brandContent: brandContent === true, brandOrganic: brandOrganic === true }
  if (prompts !== undefined && brandContent === undefined && brandOrganic === undefined) {
    const answer =
      (await prompts.yes('Does it promote yourself, a brand, a product or a service?', false)) &&
      (await prompts.some('It promotes', [
        { value: 'organic', label: 'Your brand', hint: 'labelled "Promotional content"' },
        ...(privacy === 'SELF_ONLY'
          ? []
          : [{ value: 'content', label: 'Branded content', hint: 'labelled "Paid partnership"' }]),
      ]))
    if (answer !== false) {
      said = { brandContent: answer.includes('content'), brandOrganic: answer.includes('organic') }
    }
  }
  if (said.brandContent && privacy === 'SELF_ONLY') {
    throw new UsageError('A paid partnership (--brand-content) must be visible to others than the creator.', {
      field: '--brand-content',
    })
  }
  return said
}

function readPrivacy(text: string): PrivacyLevel {
  const named = privacyNames[text.toLowerCase()]
  if (named !== undefined) return named
  const level = privacyLevels.find((each) => each === text.toUpperCase())
  if (level !== undefined) return level
  throw new UsageError(`--privacy ${text} is not known.`, {
    field: '--privacy',
    action: `Use one of: ${Object.entries(privacyNames)
      .map(([name, full]) => `${name} (${full})`)
      .join(', ')}.`,
  })
}

function shortName(level: PrivacyLevel | undefined): string {
  return Object.entries(privacyNames).find(([, full]) => full === level)?.[0] ?? String(level)
}

import type { ListName } from '../commands/research-lists.ts'
import { type CommandTable, collect, examples } from './command-table.ts'

const APP = [
  '--app <client-key>',
  "whose credentials (default: TIKTOK_CLIENT_KEY, or the emulator's research app)",
] as const
const WAIT = [
  '--wait',
  'when the quota of the day is used up, sleep until 00:00 UTC instead of ending',
] as const
const DAILY = [
  '--daily-requests <n>',
  'requests a UTC day, where it is not the 1000 of the Research API',
] as const

/** Commands that print one list, with what their argument is. */
const lists: readonly (readonly [ListName, string, string])[] = [
  ['comments', '<video-id>', 'comments of a video, up to the thousandth'],
  ['replies', '<comment-id>', 'replies to a comment'],
  ['user', '<name>', 'a public profile'],
  ['followers', '<name>', 'who follows a user; has a quota of its own'],
  ['following', '<name>', 'whom a user follows, where it is shown'],
  ['liked', '<name>', 'videos that a user liked, where they are shown'],
  ['pinned', '<name>', 'videos that a user pinned'],
  ['reposted', '<name>', 'videos that a user reposted'],
  ['playlist', '<id>', 'a playlist and its first videos'],
  ['shops', '<name>', 'EU shops by name'],
  ['products', '<shop-id>', 'products of a shop'],
  ['reviews', '<product-id>', 'reviews of a product'],
]

export function addResearchCommands(table: CommandTable): void {
  const research = table.group(
    'research',
    'collect and keep studies by the Research API; read the ad library',
  )
  table
    .add(
      'videos',
      'collect every video that matches into a folder, however many days of quota it takes',
      research,
    )
    .option('--query <query>', 'what to look for (see below)')
    .option('--from <day>', 'first UTC day, 2026-01-31')
    .option('--to <day>', 'last UTC day')
    .option('--out <folder>', 'where the study lies')
    .option('--format <list>', 'parquet, csv, jsonl; several joined by commas', 'parquet')
    .option('--fields <list>', 'fields of a video, joined by commas (default: all)')
    .option('--page-size <n>', 'candidates a request (default: 100)')
    .option(
      '--skip-failing',
      'go on without days that TikTok keeps failing on; they are named in the manifest',
    )
    .option(
      '--refresh-days <n>',
      'days after which the study must be checked against deletions (default: 15)',
    )
    .option(...WAIT)
    .option(...DAILY)
    .option(...APP)
    .addHelpText('after', LANGUAGE)
    .addHelpText(
      'after',
      examples(
        `tockwork research videos --query 'region:US hashtag:election,vote -length:short "climate change"' --from 2026-01-01 --to 2026-06-30 --out study`,
      ),
    )
    .action(async (options) =>
      (await import('../commands/research.ts')).videos(table.context(options), options),
    )
  table
    .add('resume <folder>', 'go on with a study where it was', research)
    .option('--skip-failing', 'go on without days that TikTok keeps failing on')
    .option(...WAIT)
    .option(...DAILY)
    .option(...APP)
    .action(async (folder, options) =>
      (await import('../commands/research.ts')).resume(table.context(options), folder, options),
    )
  table
    .add('status <folder>', 'how a study stands', research)
    .action(async (folder, options) =>
      (await import('../commands/research.ts')).status(table.context(options), folder),
    )
  table
    .add('describe <folder>', 'what was collected, drawn here and as report.html', research)
    .action(async (folder, options) =>
      (await import('../commands/research.ts')).describe(table.context(options), folder),
    )
  table
    .add('comply <folder>', 'check every video of a study and remove those that are gone', research)
    .option('--flag', 'keep them, marked in a column withdrawn_at')
    .option('--due', 'only when the refresh is due; for a scheduler')
    .option(...WAIT)
    .option(...DAILY)
    .option(...APP)
    .action(async (folder, options) =>
      (await import('../commands/research.ts')).comply(table.context(options), folder, options),
    )
  table
    .add('quota', "what is left of the day's quotas, as this machine knows", research)
    .option(...DAILY)
    .option(...APP)
    .action(async (options) =>
      (await import('../commands/research.ts')).quota(table.context(options), options),
    )
  for (const [name, argument, description] of lists)
    table
      .add(`${name} ${argument}`, description, research)
      .option('--limit <n>', 'end after so many (default: 100)')
      .option(...WAIT)
      .option(...APP)
      .action(async (given: string, options) =>
        (await import('../commands/research-lists.ts')).list(table.context(options), name, given, options),
      )
  addLibraryCommands(table)
}

function addLibraryCommands(table: CommandTable): void {
  const ads = table.group('ads', 'read the ad library by the Commercial Content API')
  const days = (command: ReturnType<CommandTable['add']>) =>
    command
      .requiredOption('--from <day>', 'first day, after 2022-10-01')
      .requiredOption('--to <day>', 'last day')
      .option('--country <code>', 'two letters (default: all)')
  const common = (command: ReturnType<CommandTable['add']>) =>
    command
      .option('--limit <n>', 'end after so many (default: 100)')
      .option(...WAIT)
      .option(...APP)
  common(days(table.add('search [term]', 'ads that were shown', ads)))
    .option('--fuzzy', 'the words of the term in any order, and any of them')
    .option('--business <id>', 'of this advertiser; repeat it', collect)
    .action(async (term, options) =>
      (await import('../commands/research-lists.ts')).library(table.context(options), 'ads', term, options),
    )
  common(table.add('show <ad-id>', 'an ad, whom it was shown to and why it was refused', ads)).action(
    async (id, options) =>
      (await import('../commands/research-lists.ts')).library(table.context(options), 'ad', id, options),
  )
  common(days(table.add('report', 'ads a day in each country', ads))).action(async (options) =>
    (await import('../commands/research-lists.ts')).library(
      table.context(options),
      'ad-report',
      undefined,
      options,
    ),
  )
  common(table.add('advertisers <term>', 'advertisers by name', ads)).action(async (term, options) =>
    (await import('../commands/research-lists.ts')).library(
      table.context(options),
      'advertisers',
      term,
      options,
    ),
  )
  common(days(table.add('content', 'content with a commercial label that is not an ad', ads)))
    .option('--creator <name>', 'of this creator; repeat it', collect)
    .action(async (options) =>
      (await import('../commands/research-lists.ts')).library(
        table.context(options),
        'commercial-content',
        undefined,
        options,
      ),
    )
}

const LANGUAGE = `
Query:
  region:US,CA   hashtag:vote or #vote   user:name or @name   keyword:word, word or "two words"
  music:ID   effect:ID   video:ID   length:SHORT|MID|LONG|EXTRA_LONG
  views:>=1000   comments:10..500   date:<2026-02-01
  -term must not hold; (term OR term) one of them; terms next to each other must all hold`

/** The commands and their options. What a command does is loaded when it runs. */
import { Command, CommanderError, Option } from 'commander'
import type { Context } from './context.ts'
import { exitCodeMeanings } from './exit-codes.ts'

/** Makes the context once the options are known. */
export type MakeContext = (options: { json: boolean; verbose: boolean }) => Context

const collect = (value: string, before: string[] = []): string[] => [...before, value]

export function makeProgram(version: string, makeContext: MakeContext): Command {
  const program = new Command('tockwork')
    .description('TikTok on your machine, and everything you do with its API from a shell.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError()
    .addHelpText('after', helpTail)

  /** Adds a command with what all have in common. */
  const add = (parent: Command, usage: string, description: string): Command =>
    parent
      .command(usage)
      .description(description)
      .exitOverride()
      .option('--json', 'print one JSON document and nothing else on stdout')
      .option('--verbose', 'say more on stderr')
  const context = (options: { json?: boolean | string; verbose?: boolean }): Context =>
    makeContext({ json: options.json === true, verbose: options.verbose === true })

  for (const [name, text] of [
    ['dev', 'start the emulator and print what to do with it (npm start)'],
    ['emulate', 'start the emulator'],
  ] as const) {
    add(program, name, text)
      .option('--port <port>', 'port; 0 for any free one (default: TOCKWORK_EMULATOR_PORT or 4646)')
      .addOption(
        new Option(
          '--data-dir <folder>',
          'where its state is kept (default: TOCKWORK_DATA_DIR or .tockwork)',
        ).conflicts('memory'),
      )
      .option('--memory', 'keep nothing')
      .option('--seed <text>', 'make ids, tokens and chances repeatable')
      .option('--frozen', 'time stands still until it is moved')
      .option('--now <time>', 'where the emulated time starts')
      .option('--strict', 'refuse what the documentation does not promise')
      .option('--world <file>', 'YAML with the apps and creators of a new world')
      .option('--setting <name=value>', 'any setting; repeat it', collect)
      .addHelpText(
        'after',
        '\nExample:\n  tockwork emulate --port 0 --memory --setting processingSeconds=0 --json',
      )
      .action(async (options) => {
        if (name === 'dev') await (await import('./commands/dev.ts')).dev(context(options), options)
        else await (await import('./commands/emulate.ts')).emulate(context(options), options)
      })
  }

  add(program, 'sample <file>', 'write a real clip or photo to post: .mp4, .mov, .jpg, .webp, .png')
    .option('--seconds <n>', 'length of a clip', '5')
    .option('--force', 'overwrite the file')
    .action(async (file, options) =>
      (await import('./commands/sample.ts')).sample(context(options), file, options),
    )

  add(program, 'login', 'let a creator agree, and keep the tokens here')
    .option('--scopes <a,b>', 'what to ask for (default: profile, counters, videos, posting, drafts)')
    .option('--app <client-key>', 'as which app')
    .option('--user <name>', 'emulator only: agree as this creator, without a browser')
    .option('--deny <scope>', 'with --user: untick this scope; repeat it', collect)
    .option('--no-browser', 'print the address instead of opening it')
    .option('--redirect-uri <url>', 'loopback address that the app has registered (default: a free port)')
    .option('--timeout <seconds>', 'how long to wait for the browser', '300')
    .addHelpText('after', '\nExamples:\n  tockwork login\n  tockwork login --user mika --deny video.list')
    .action(async (options) => (await import('./commands/login.ts')).login(context(options), options))

  add(program, 'post [sources...]', 'post a video, a folder of photos, photos, or URLs')
    .option('--title <text>', 'caption of a video (2200 characters), title of photos (90)')
    .option('--description <text>', 'description of photos')
    .option('--privacy <who>', 'public, friends, followers or private; asked for when left out')
    .option('--draft', "send it to the creator's inbox instead")
    .option('--comment', 'let others comment')
    .option('--no-comment')
    .option('--duet', 'let others make duets')
    .option('--no-duet')
    .option('--stitch', 'let others stitch')
    .option('--no-stitch')
    .option('--brand-content', 'a paid partnership')
    .option('--brand-organic', "promotes the creator's own business")
    .option('--aigc', 'label it as made by AI')
    .option('--music', 'photos: let TikTok add music')
    .option('--cover-ms <ms>', 'video: where the cover frame is')
    .option('--cover <n>', 'photos: which one is the cover, from 1')
    .option('--base-url <url>', 'photos: the public address under which the files lie')
    .option('--yes', 'ask for nothing but privacy: interactions off, nothing disclosed')
    .option('--as <account>', 'as which account (see tockwork accounts)')
    .option('--no-wait', 'end when TikTok has everything')
    .option('--timeout <seconds>', 'how long to wait for the end', '600')
    .option('--resume [publish-id]', 'go on with an upload that was cut off (the latest)')
    .option('--again', 'ask for a download again although the first question may have arrived')
    .addHelpText(
      'after',
      '\nExamples:\n  tockwork post clip.mp4 --title "Hello #tockwork"\n  tockwork post clip.mp4 --privacy private --yes --json\n  tockwork post photos/ --title "Trip" --privacy friends\n  tockwork post https://example.com/clip.mp4 --draft',
    )
    .action(async (sources, options) =>
      (await import('./commands/post.ts')).post(context(options), sources, options),
    )

  return program
}

const helpTail = `
Which TikTok: TOCKWORK_TIKTOK_ORIGIN when it is set, else the real one when TIKTOK_CLIENT_KEY is set, else the
emulator that runs here (tockwork dev). Every answer says which.

Exit codes:
${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}

Start with:
  tockwork dev                                  the emulator, and a walk-through
  tockwork post clip.mp4 --title "Hello"        a video, from file to published
`

export { CommanderError }

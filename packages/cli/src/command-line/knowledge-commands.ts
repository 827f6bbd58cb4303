import type { Command } from 'commander'
import { AS } from './account-commands.ts'
import { type CommandTable, collect, examples } from './command-table.ts'

export function addKnowledgeCommands(table: CommandTable): void {
  table
    .addPlain('call [endpoint]', 'call any endpoint that the contracts know; the answer is JSON')
    .option('--json [body]', "the body, as JSON in TikTok's own form, or @file")
    .option('--query <key=value>', 'a query parameter; repeat it', collect)
    .option('--list', 'which endpoints there are')
    .option(
      '--api <name>',
      "open, shop for TikTok Shop's operations, or business for TikTok API for Business",
    )
    .option('--shop <id>', 'of TikTok Shop: which shop the call is about')
    .option('--show-secrets', 'show tokens and upload addresses in the answer')
    .option('--app <client-key>', 'endpoints of the app itself: as which app')
    .option(...AS)
    .addHelpText(
      'after',
      examples(
        'tockwork call --list',
        'tockwork call display.userInfo --query fields=open_id,display_name',
        `tockwork call /v2/video/list/ --query fields=id,title --json '{"max_count":5}'`,
        `tockwork call business.get --query 'fields=["username","audience_countries"]'`,
      ),
    )
    .action(async (name, options) => {
      // A list is for a person unless JSON is asked for; an answer always is JSON.
      const isList = options.list === true || name === undefined
      const context = table.context({ ...options, json: !isList || options.json !== undefined })
      await (await import('../commands/call.ts')).call(context, name, options)
    })
  table
    .add('explain [input]', 'what a code, a log line, a JSON answer or a HAR file says, and what to do')
    .addHelpText(
      'after',
      examples(
        'tockwork explain spam_risk_too_many_posts',
        'tockwork explain 416',
        'tockwork explain recording.har --json',
        'tail -1 app.log | tockwork explain -',
      ),
    )
    .action(async (input, options) =>
      (await import('../commands/explain.ts')).explain(table.context(options), input),
    )
  table
    .add('changes', 'what TikTok changed, what it touches, and what to do by when')
    .option('--since <date>', 'from this day on, such as 2026-01-01 (default: all that is known)')
    .option('--api <api>', 'open or shop alone (default: both)')
    .option('--hub', 'only what the apps of the hub have called, with when they last did')
    .option('--ics <file>', 'also write a calendar')
    .addHelpText(
      'after',
      examples(
        'tockwork changes --since 2026-01-01',
        'tockwork changes --hub',
        'tockwork changes --since 2026-01-01 --ics tiktok.ics',
      ),
    )
    .action(async (options) =>
      (await import('../commands/changes.ts')).changes(table.context(options), options),
    )
  table
    .add('mcp', 'a Model Context Protocol server for AI assistants: stdio, or HTTP on this machine')
    .option('--http [port]', 'streamable HTTP on 127.0.0.1 (default: any free port)')
    .option(
      '--allow-publish',
      'also the tools that publish, schedule and cancel; each call needs a confirmation',
    )
    .option(
      '--audit <file>',
      'where each call is written down (default: cli/mcp-audit.jsonl in the data folder)',
    )
    .addHelpText(
      'after',
      examples('tockwork mcp', 'tockwork mcp --http 4900', 'tockwork mcp --allow-publish'),
    )
    .action(async (options, command: Command) =>
      (await import('../commands/mcp.ts')).mcp(table.context(options), {
        ...options,
        version: command.parent?.version() ?? '',
      }),
    )
  table
    .add('setup', 'from a developer account to a submitted app: checks what it can, remembers the rest')
    .option('--set <name=value>', 'an answer, such as website=https://example.com; repeat it', collect)
    .option('--done <step>', 'tick a step that only you can see: register, build, submit; repeat it', collect)
    .option('--code <folder>', 'your code: scopes are compared with what it uses')
    .option('--practice', "the portal of the emulator that runs here, instead of TikTok's")
    .option('--write-env [file]', 'write key and secret into an env file (default: .env), mode 0600')
    .option('--force', 'with --write-env: replace other values')
    .addHelpText(
      'after',
      examples(
        'tockwork setup',
        'tockwork setup --practice --set client_key=tw-demo-app --write-env .env.practice',
        'tockwork setup --set website=https://example.com --code src --json',
      ),
    )
    .action(async (options) => (await import('../commands/setup.ts')).setup(table.context(options), options))
  table
    .add(
      'audit',
      'the packet for app review and the posting audit, from facts; exit code 1 while it has gaps',
    )
    .option('--scopes <list>', 'what the app asks for (default: as answered in setup, else from --code)')
    .option('--code <folder>', 'your code: which calls use each scope')
    .option('--app <id>', 'which app of the hub')
    .option('--out <folder>', 'where to', 'audit-packet')
    .option('--record', 'record the demo with a browser: login, each scope, the posting screen, the result')
    .option('--user <name>', 'with --record: a creator of the emulator who agrees; else you log in yourself')
    .option('--asset <id>', 'with --record: a video in the hub that is posted')
    .option('--pace <n>', 'with --record: 2 walks half as fast', '1')
    .option('--page <scope=address>', 'with --record: where your product uses a scope; repeat it', collect)
    .option('--browser <path>', 'with --record: a Chromium', '/usr/bin/chromium')
    .addHelpText(
      'after',
      examples(
        'tockwork audit --code src',
        'tockwork audit --scopes user.info.basic,video.publish --record --user mika --asset ast_…',
      ),
    )
    .action(async (options) => (await import('../commands/audit.ts')).audit(table.context(options), options))
  table
    .add('doctor', 'what is wrong with this installation, and how to mend it; exit code 1 when something is')
    .option('--sarif', 'print SARIF 2.1.0, for CI and editors')
    .option('--code <folder>', 'also your code: scopes asked for and used, http, addresses that have ended')
    .addHelpText(
      'after',
      examples('tockwork doctor', 'tockwork doctor --code src', 'tockwork doctor --sarif > doctor.sarif'),
    )
    .action(async (options, command: Command) =>
      (await import('../commands/doctor.ts')).doctor(table.context(options), {
        ...options,
        version: command.parent?.version() ?? '',
      }),
    )
  const media = table.group('media', 'look at media files')
  table
    .add(
      'check <files...>',
      'whether TikTok would take videos or photos (files, folders, URLs); exit code 1 when not',
      media,
    )
    // The names live in the contracts, which take a tenth of a second to load: too much for a help text.
    .option('--endpoint <name>', 'what it is for, such as inbox-upload or business-video; `?` lists them')
    .option('--creator-max-duration <seconds>', "the creator's max_video_post_duration_sec")
    .option(
      '--own-handle <handle>',
      'an account of yours, whose handle is no foreign mark; repeat it',
      collect,
    )
    .option('--brand-word <word>', 'a word of your brand, which may be in the picture; repeat it', collect)
    .option('--rules-only', 'the rules alone, in an instant: no look at the pictures')
    .option('--fix', 'write a file that passes beside each one that does not, losing as little as possible')
    .option('--out <file>', 'with --fix: where to')
    .option('--trim', 'with --fix: cut what is too long')
    .addHelpText(
      'after',
      examples(
        'tockwork media check clip.mp4',
        'tockwork media check photos/ --endpoint photo-post --json',
        'tockwork media check clip.mkv --fix',
        'tockwork media check clip.mp4 --creator-max-duration 180 --fix --trim',
      ),
    )
    .action(async (files, options) =>
      (await import('../commands/media.ts')).checkMedia(table.context(options), files, options),
    )
  addLibraryCommands(table, media)
  table
    .add('sample <file>', 'write a real clip or photo to post: .mp4, .mov, .jpg, .webp, .png')
    .option('--seconds <n>', 'length of a clip', '5')
    .option('--force', 'overwrite the file')
    .addHelpText('after', examples('tockwork sample clip.mp4', 'tockwork sample photo.jpg'))
    .action(async (file, options) =>
      (await import('../commands/sample.ts')).sample(table.context(options), file, options),
    )
}

/** What was uploaded before. */
function addLibraryCommands(table: CommandTable, media: Command): void {
  const library = [
    '--library <folder>',
    'where fingerprints are kept, instead of in the data folder',
  ] as const
  const workspace = [
    '--workspace <name>',
    'whose uploads; those of others are never compared',
    'default',
  ] as const
  table
    .add('add <file>', 'remember a video or photo as uploaded, so that copies of it are found', media)
    .option('--id <id>', 'your own id of it, instead of a new one; replaces what has it')
    .option(...library)
    .option(...workspace)
    .addHelpText(
      'after',
      examples('tockwork media add clip.mp4', 'tockwork media add clip.mp4 --id post-4711 --json'),
    )
    .action(async (file, options) =>
      (await import('../commands/media-library.ts')).addMedia(table.context(options), file, options),
    )
  table
    .add('match <file>', 'whether a video or photo, or something edited from it, was uploaded before', media)
    .option('--quick', 'look at key frames only: many times faster, and finds fewer edited copies')
    .option(...library)
    .option(...workspace)
    .addHelpText(
      'after',
      examples('tockwork media match clip.mp4', 'tockwork media match clip.mp4 --quick --json'),
    )
    .action(async (file, options) =>
      (await import('../commands/media-library.ts')).matchMedia(table.context(options), file, options),
    )
  table
    .add('list', 'what is remembered as uploaded', media)
    .option(...library)
    .option(...workspace)
    .action(async (options) =>
      (await import('../commands/media-library.ts')).listMedia(table.context(options), options),
    )
  table
    .add('remove <id>', 'forget an upload', media)
    .option(...library)
    .option(...workspace)
    .action(async (id, options) =>
      (await import('../commands/media-library.ts')).removeMedia(table.context(options), id, options),
    )
  table
    .add('rebuild', 'write the library anew without what was removed', media)
    .option(...library)
    .option(...workspace)
    .action(async (options) =>
      (await import('../commands/media-library.ts')).rebuildLibrary(table.context(options), options),
    )
}

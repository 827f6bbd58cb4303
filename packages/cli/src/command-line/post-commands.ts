import { AS } from './account-commands.ts'
import { type CommandTable, examples } from './command-table.ts'

export function addPostCommands(table: CommandTable): void {
  table
    .add('post [sources...]', 'post a video, a folder of photos, photos, or URLs')
    .option('--title <text>', 'caption of a video (2200 characters), title of photos (90)')
    .option('--description <text>', 'description of photos (4000)')
    .option('--privacy <who>', 'public, friends, followers or private; asked for when left out')
    .option('--draft', "send it to the creator's inbox instead")
    .option('--comment', 'let others comment (off when left out)')
    .option('--no-comment')
    .option('--duet', 'let others make duets (off when left out)')
    .option('--no-duet')
    .option('--stitch', 'let others stitch (off when left out)')
    .option('--no-stitch')
    .option('--brand-content', 'a paid partnership')
    .option('--brand-organic', "promotes the creator's own business")
    .option('--aigc', 'label it as made by AI')
    .option('--music', 'photos: let TikTok add music')
    .option('--cover-ms <ms>', 'video: where the cover frame is')
    .option('--cover <n>', 'photos: which one is the cover, from 1')
    .option('--base-url <url>', 'photos: the public address under which the files lie')
    .option('--yes', 'ask for nothing but privacy: interactions off, nothing disclosed')
    .option(...AS)
    .option('--wait', 'wait until it is published (the default)')
    .option('--no-wait', 'end when TikTok has everything')
    .option('--timeout <seconds>', 'how long to wait for the end', '600')
    .option('--resume [publish-id]', 'go on with an upload that was cut off (the latest)')
    .option('--again', 'ask for a download again although the first question may have arrived')
    .addHelpText(
      'after',
      examples(
        'tockwork post clip.mp4 --title "Hello #tockwork"',
        'tockwork post clip.mp4 --privacy private --yes --json',
        'tockwork post photos/ --title "Trip" --privacy friends',
        'tockwork post https://example.com/clip.mp4 --draft',
        'tockwork post --resume',
      ),
    )
    .action(async (sources, options) =>
      (await import('../commands/post.ts')).post(table.context(options), sources, options),
    )
  table
    .add('videos', 'what the creator has online, newest first')
    .option('--limit <n>', 'how many', '20')
    .option('--fields <a,b>', 'which fields (default: ids, title, counters, address)')
    .option(...AS)
    .action(async (options) =>
      (await import('../commands/videos.ts')).videos(table.context(options), options),
    )
  table
    .add('status <publish-id>', 'how a post is getting on')
    .option('--watch', 'until it is done; exit code 4 when it failed')
    .option(...AS)
    .action(async (publishId, options) =>
      (await import('../commands/status.ts')).status(table.context(options), publishId, options),
    )
  table
    .add('cancel <publish-id>', 'stop a download that is under way')
    .option(...AS)
    .action(async (publishId, options) =>
      (await import('../commands/status.ts')).cancel(table.context(options), publishId, options),
    )
}

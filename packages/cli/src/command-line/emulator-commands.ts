import { Option } from 'commander'
import { type CommandTable, collect, examples } from './command-table.ts'

export function addEmulatorCommands(table: CommandTable): void {
  addStart(
    table,
    'dev',
    'start the emulator of TikTok and the hub, and print what to do with them (npm start)',
    examples('tockwork dev', 'TOCKWORK_EMULATOR_PORT=0 tockwork dev --json'),
  )
  addStart(
    table,
    'emulate',
    'start the emulator alone',
    examples(
      'tockwork emulate --port 0 --memory --json',
      'tockwork emulate --frozen --seed demo --setting processingSeconds=0 --setting refreshRotation=keep',
      'tockwork emulate --world world.yaml',
    ),
  )

  const emulator = table.group(
    'emulator',
    'move the time of the running emulator, set faults, see requests …',
  )
  table
    .add('clock', 'show or move its time', emulator)
    .option('--advance <duration>', '90, 90s, 15m, 2h or 3d')
    .option('--to <time>', 'such as 2026-12-01T00:00:00Z')
    .addHelpText('after', examples('tockwork emulator clock --advance 1d'))
    .action(async (options) => (await commands()).clock(table.context(options), options))
  table
    .add('faults', 'list, add or clear faults', emulator)
    .option('--add <json>', 'a fault; repeat it', collect)
    .option('--clear [id]', 'remove one, or all')
    .addHelpText(
      'after',
      examples(
        `tockwork emulator faults --add '{"match":{"endpoint":"posting.initVideo"},"times":1,"action":{"status":500,"code":"internal_error"}}'`,
        `tockwork emulator faults --add '{"match":{"method":"PUT"},"times":1,"action":{"cut_request_after_bytes":20000}}'`,
        'tockwork emulator faults --clear',
      ),
    )
    .action(async (options) => (await commands()).faults(table.context(options), options))
  table
    .add('requests', 'what was asked of it, newest last', emulator)
    .option('--limit <n>', 'how many', '20')
    .option('--follow', 'go on as they come')
    .action(async (options) => (await commands()).requests(table.context(options), options))
  table
    .add('reset', 'start over with a new world', emulator)
    .action(async (options) => (await commands()).reset(table.context(options)))
  table
    .add('snapshot <file>', 'write its whole state to a file', emulator)
    .action(async (file, options) => (await commands()).snapshot(table.context(options), file))
  table
    .add('restore <file>', 'go back to a snapshot', emulator)
    .action(async (file, options) => (await commands()).restore(table.context(options), file))
  table
    .add('settings [name=value...]', 'show or change settings', emulator)
    .addHelpText('after', examples('tockwork emulator settings moderation=reject processingSeconds=30'))
    .action(async (pairs, options) => (await commands()).settings(table.context(options), pairs))
}

const commands = () => import('../commands/emulator.ts')

function addStart(table: CommandTable, name: 'dev' | 'emulate', description: string, help: string): void {
  const command = table.add(name, description)
  if (name === 'dev') command.option('--no-hub', 'the emulator alone')
  command
    .option('--port <port>', 'port; 0 for any free one (default: TOCKWORK_EMULATOR_PORT or 4646)')
    .option('--host <address>', 'where to listen; 0.0.0.0 inside a container (default: 127.0.0.1)')
    .option(
      '--allow-host <name>',
      'a name under which its pages and controls may be reached; repeat it',
      collect,
    )
    .addOption(
      new Option(
        '--data-dir <folder>',
        'where its state is kept (default: TOCKWORK_DATA_DIR or .tockwork)',
      ).conflicts('memory'),
    )
    .option('--memory', 'keep nothing')
    .option(
      '--proxy-port <port>',
      "also a proxy that answers for TikTok's own host names; 0 for any free port",
    )
    .option('--seed <text>', 'make ids, tokens and chances repeatable')
    .option('--frozen', 'time stands still until it is moved')
    .option('--now <time>', 'where the emulated time starts')
    .option('--strict', 'refuse what the documentation does not promise')
    .option('--world <file>', 'YAML with the apps and creators of a new world')
    .option(
      '--setting <name=value>',
      'any setting; repeat it (tockwork emulator settings lists them)',
      collect,
    )
    .addHelpText('after', help)
  if (name === 'emulate') command.option('--coverage', 'print what of TikTok Shop is emulated, and end')
  command.action(async (options) => {
    const context = table.context(options)
    if (name === 'dev') await (await import('../commands/dev.ts')).dev(context, options)
    else await (await import('../commands/emulate.ts')).emulate(context, options)
  })
}

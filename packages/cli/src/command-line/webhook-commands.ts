import { type CommandTable, examples } from './command-table.ts'

export function addWebhookCommands(table: CommandTable): void {
  const webhooks = table.group('webhooks', 'receive and check webhooks')
  table
    .add('listen', 'receive, verify and print; an emulator on this machine is told to send here', webhooks)
    .option('--port <port>', 'port on 127.0.0.1 (default: any free one)')
    .option('--secret <secret>', "verify by this client secret (default: the app's in use)")
    .option('--app <client-key>', 'whose webhooks')
    .option('--count <n>', 'end after so many')
    .addHelpText('after', examples('tockwork webhooks listen', 'tockwork webhooks listen --count 2 --json'))
    .action(async (options) =>
      (await import('../commands/webhooks.ts')).listen(table.context(options), options),
    )
  table
    .add('verify', 'check the signature of one body; exit code 1 when it is wrong', webhooks)
    .requiredOption('--signature <header>', 'value of the TikTok-Signature header')
    .requiredOption('--body-file <file>', 'the raw body, byte for byte')
    .option('--secret <secret>', 'client secret (default: TIKTOK_CLIENT_SECRET)')
    .option('--tolerance <seconds>', 'how old it may be (default: 300)')
    .action(async (options) =>
      (await import('../commands/webhooks.ts')).verify(table.context(options), options),
    )
}

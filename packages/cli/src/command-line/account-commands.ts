import { type CommandTable, collect, examples } from './command-table.ts'

export const AS = ['--as <account>', 'username, display name or open_id (default: the latest login)'] as const

export function addAccountCommands(table: CommandTable): void {
  table
    .add('login', 'let a creator agree, and keep the tokens here')
    .option('--scopes <a,b>', 'what to ask for (default: profile, counters, videos, posting, drafts)')
    .option('--app <client-key>', 'as which app')
    .option('--business', 'to the app of TikTok API for Business: audience, figures and comments')
    .option('--user <name>', 'emulator only: agree as this creator, without a browser')
    .option('--deny <scope>', 'with --user: untick this scope; repeat it', collect)
    .option('--no-browser', 'print the address instead of opening it')
    .option('--redirect-uri <url>', 'loopback address that the app has registered (default: a free port)')
    .option('--timeout <seconds>', 'how long to wait for the browser', '300')
    .addHelpText(
      'after',
      examples(
        'tockwork login',
        'tockwork login --user mika --deny video.list',
        'tockwork login --business --user mika',
        'TIKTOK_CLIENT_KEY=… TIKTOK_CLIENT_SECRET=… tockwork login --redirect-uri http://127.0.0.1:3455/callback',
      ),
    )
    .action(async (options) => (await import('../commands/login.ts')).login(table.context(options), options))
  table
    .add('whoami', 'the profile of the account in use')
    .option(...AS)
    .action(async (options) => (await commands()).whoami(table.context(options), options))
  table
    .add('accounts', 'who is logged in; with --as, who is used from now on')
    .option('--as <account>', 'make this account the default')
    .action(async (options) => (await commands()).accounts(table.context(options), options))
  table
    .add('logout', "revoke the app's access and forget the account")
    .option(...AS)
    .option('--local', 'only forget it here')
    .action(async (options) => (await commands()).logout(table.context(options), options))
}

const commands = () => import('../commands/account.ts')

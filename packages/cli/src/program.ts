/** The command line: which commands there are, with their options. What a command does is loaded when it runs. */
import { Command } from 'commander'
import { addAccountCommands } from './command-line/account-commands.ts'
import { CommandTable, type MakeContext } from './command-line/command-table.ts'
import { addEmulatorCommands } from './command-line/emulator-commands.ts'
import { addHubCommands } from './command-line/hub-commands.ts'
import { addKnowledgeCommands } from './command-line/knowledge-commands.ts'
import { addPostCommands } from './command-line/post-commands.ts'
import { addResearchCommands } from './command-line/research-commands.ts'
import { addShopCommands } from './command-line/shop-commands.ts'
import { addWebhookCommands } from './command-line/webhook-commands.ts'
import { exitCodeMeanings } from './exit-codes.ts'

export interface ProgramOptions {
  version: string
  makeContext: MakeContext
  write: { out: (text: string) => void; err: (text: string) => void }
}

export function makeProgram({ version, makeContext, write }: ProgramOptions): Command {
  const program = new Command('tockwork')
    .description('TikTok on your machine, and everything you do with its API from a shell.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: write.out, writeErr: write.err })
    .showSuggestionAfterError()
    .addHelpText('after', helpTail)
  const table = new CommandTable(program, makeContext)
  addEmulatorCommands(table)
  addHubCommands(table)
  addAccountCommands(table)
  addPostCommands(table)
  addKnowledgeCommands(table)
  addResearchCommands(table)
  addShopCommands(table)
  addWebhookCommands(table)
  return program
}

const helpTail = `
Which TikTok: TOCKWORK_TIKTOK_ORIGIN when it is set, else the real one when TIKTOK_CLIENT_KEY is set, else the
emulator that runs here (tockwork dev). Every answer says which.

Environment:
  TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET   your app, from the developer portal
  TIKTOK_SHOP_APP_KEY, TIKTOK_SHOP_APP_SECRET, TIKTOK_SHOP_SERVICE_ID
                                            your shop app, from Partner Center
  TOCKWORK_TIKTOK_ORIGIN                    sends everything there, such as http://localhost:4646
  TOCKWORK_DATA_DIR                         logins, posts and the emulator's state (default: .tockwork)
  TOCKWORK_EMULATOR_PORT                    port of the emulator (default: 4646; 0 for any free one)
  TOCKWORK_HUB_PORT                         port of the hub (default: 4848; 0 for any free one)
  NO_COLOR                                  no colours

Exit codes:
${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}

Every command takes --json (one JSON document on stdout, of errors too), --verbose and --help. Start with:
  tockwork dev                                  the emulator, and a walk-through
  tockwork post clip.mp4 --title "Hello"        a video, from file to published
`

import { type CommandTable, examples } from './command-table.ts'

/** The hub as a program, and its database as a file. */
export function addHubCommands(table: CommandTable): void {
  table
    .add('serve', 'start the hub: tokens, consent and publishing as a service')
    .addHelpText(
      'after',
      `${examples('tockwork serve', 'TOCKWORK_HUB_PORT=0 TOCKWORK_TIKTOK_ORIGIN=http://localhost:4646 tockwork serve --json')}
Environment (docs/hub.md says more):
  TOCKWORK_DATABASE_URL   PostgreSQL 15 or newer; without it an embedded one in the data folder
  TOCKWORK_SECRET_KEY     32 random bytes in base64, or wrapped (tockwork vault new-key); needed together with a
                          database URL
  TOCKWORK_HUB_PORT, TOCKWORK_HUB_HOST, TOCKWORK_PUBLIC_URL, TOCKWORK_LOG_LEVEL
`,
    )
    .action(async (options) => (await import('../commands/serve.ts')).serve(table.context(options)))

  const vault = table.group('vault', "the hub's master keys")
  table
    .add('new-key', 'make a master key that a key management service has wrapped', vault)
    .requiredOption('--with <service>', 'who wraps it: awskms, vault or gcpkms')
    .option('--number <version>', 'its version; the one after those in TOCKWORK_SECRET_KEY unless told')
    .addHelpText(
      'after',
      `${examples('TOCKWORK_KMS_AWS_KEY=alias/tockwork AWS_REGION=eu-west-1 tockwork vault new-key --with awskms')}
Environment (docs/hub.md says more):
  awskms   TOCKWORK_KMS_AWS_KEY and AWS's own variables
  vault    TOCKWORK_KMS_VAULT_KEY, VAULT_ADDR, VAULT_TOKEN
  gcpkms   TOCKWORK_KMS_GCP_KEY, on a machine with a service account
`,
    )
    .action(async (options) => (await import('../commands/vault.ts')).newKey(table.context(options), options))

  const people = table.group('people', 'who signs in to the dashboard')
  table
    .add('reset <login>', 'make a link by which somebody who is locked out sets another password', people)
    .addHelpText(
      'after',
      `${examples('tockwork people reset ada@example.com')}
It works on the hub's database itself, also while hubs run, and stands in the audit log.
`,
    )
    .action(async (login, options) =>
      (await import('../commands/people.ts')).resetPassword(table.context(options), login),
    )

  const db = table.group('db', "the hub's database: everything out of it into a file, and back")
  table
    .add('export <file>', 'write all rows; the file is as secret as the database', db)
    .addHelpText('after', examples('tockwork db export hub.jsonl.gz'))
    .action(async (file, options) =>
      (await import('../commands/database.ts')).exportTo(table.context(options), file),
    )
  table
    .add('import <file>', 'fill an empty database from such a file; no hub may run on it', db)
    .addHelpText('after', examples('TOCKWORK_DATA_DIR=new tockwork db import hub.jsonl.gz'))
    .action(async (file, options) =>
      (await import('../commands/database.ts')).importFrom(table.context(options), file),
    )
}

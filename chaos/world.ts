/** The processes of a run that are not the load: TikTok, whoever listens, and the hubs. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@tockwork/kernel'
import type { Front } from './front.ts'
import { dataDirOf, HubSlot, startChild } from './processes.ts'
import type { StormOptions } from './storm.ts'

export async function startEmulatorProcess(
  folder: string,
  options: StormOptions,
  usernames: readonly string[],
) {
  const spec = {
    seed: `chaos ${options.seed}`,
    creators: usernames.map((username) => ({ username, daily_post_cap: 1000 })),
    settings: {
      accessTokenSeconds: options.accessSeconds,
      refreshRotation: 'grace',
      // Kills in a row can come between a rotation and the next try, which the lease of the dead holds up.
      refreshGraceSeconds: 600,
      processingSeconds: 1,
      moderationSeconds: 3,
      // A long storm makes more drafts than a creator may have pending; those would rightly wait for a day.
      pendingSharesPerDay: 1000,
    },
  }
  const { child, said } = await startChild<{ origin: string }>('emulator-process', {
    // In the run's own folder, which goes with the run however the process ends.
    args: [JSON.stringify({ ...spec, dataDir: join(folder, 'emulator') })],
    logFile: join(folder, 'emulator.log'),
  })
  return { child, origin: (await said).origin }
}

/** Takes the hub's webhooks. */
export async function startReceiverProcess(folder: string, seed: number) {
  const { child, said } = await startChild<{ origin: string }>('receiver-process', {
    args: [JSON.stringify({ seed })],
    logFile: join(folder, 'receiver.log'),
  })
  return { child, origin: (await said).origin }
}

/** The environment that every hub of a run has. */
export function hubEnvironment(
  folder: string,
  tiktok: string,
  front: Front,
  options: StormOptions,
): Record<string, string> {
  const secretKey = Buffer.from(seededRandom(options.seed + 1).bytes(32)).toString('base64')
  return {
    PATH: process.env.PATH ?? '',
    TOCKWORK_DATA_DIR: dataDirOf(folder),
    TOCKWORK_LOG_LEVEL: 'warn',
    TOCKWORK_TIKTOK_ORIGIN: tiktok,
    TOCKWORK_PUBLIC_URL: front.origin,
    TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'true',
    // The same few clips are posted again and again here: what is tried is that each goes out once, not whether it should.
    TOCKWORK_MEDIA_CHECKS: 'rules',
    ...(options.databaseUrl === undefined
      ? {}
      : { TOCKWORK_DATABASE_URL: options.databaseUrl, TOCKWORK_SECRET_KEY: secretKey }),
  }
}

export async function makeSlots(
  folder: string,
  processes: number,
  env: Record<string, string>,
): Promise<HubSlot[]> {
  mkdirSync(dataDirOf(folder), { mode: 0o711 })
  return Promise.all(Array.from({ length: processes }, (_, index) => HubSlot.make({ index, folder, env })))
}

/** `emulate` and what `dev` shares with it: an emulator on a data folder, found by the other commands. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { UsageError } from '@tockwork/kernel'
import { parsePort } from '../config.ts'
import type { Context } from '../context.ts'
import { LocalError } from '../output/failure.ts'
import { table } from '../output/output.ts'
import { type Claim, claimDataFolder, emulatorStateFolder, isEmulator } from '../state/running-emulator.ts'

export interface EmulateOptions {
  port?: string
  host?: string
  allowHost?: string[]
  dataDir?: string
  memory?: boolean
  seed?: string
  frozen?: boolean
  now?: string
  strict?: boolean
  world?: string
  setting?: string[]
  proxyPort?: string
  coverage?: boolean
}

/** A forward proxy that answers for TikTok's real host names. */
export interface StartedProxy {
  url: string
  caFile: string
  /** Variables under which common clients go through it. */
  environment: Record<string, string>
}

export interface StartedEmulator {
  origin: string
  /** Absolute folder of its state; absent in memory. */
  stateFolder: string | undefined
  proxy: StartedProxy | undefined
  close: () => Promise<void>
}

/** Starts an emulator, or says that one works on this data folder or port already. */
export async function startOnFolder(
  context: Context,
  options: EmulateOptions,
): Promise<StartedEmulator | { running: string }> {
  const { config, cwd } = context
  const port = options.port === undefined ? config.emulatorPort : parsePort(options.port, '--port')
  const proxyPort = options.proxyPort === undefined ? undefined : parsePort(options.proxyPort, '--proxy-port')
  const dataDir = options.dataDir === undefined ? config.dataDir : resolve(cwd, options.dataDir)
  // Loading takes the time of the checks.
  const loading = import('@tockwork/emulator')
  const [world, settings] = await Promise.all([readWorld(context, options.world), readSettings(options)])
  const now = options.now === undefined ? undefined : readTime(options.now)
  const claim = options.memory === true ? undefined : await claimDataFolder(context, dataDir)
  if (claim?.taken === true) return { running: claim.origin }
  try {
    const { startEmulator, startProxy } = await loading
    // What requests leave behind is swept up at once: V8 would let it pile up to over 100 MB before it looks, at no gain
    // that can be measured here. After the loading, since a changed flag makes Node's compile cache void.
    setFlagsFromString('--semi-space-growth-factor=1')
    const emulator = await startEmulator({
      port,
      settings,
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.allowHost === undefined ? {} : { allowedHosts: options.allowHost }),
      ...(claim === undefined ? {} : { dataDir: emulatorStateFolder(dataDir) }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.frozen === undefined ? {} : { frozen: options.frozen }),
      ...(now === undefined ? {} : { now }),
      ...(world === undefined ? {} : { world }),
    })
    let proxy: Awaited<ReturnType<typeof startProxy>> | undefined
    try {
      if (proxyPort !== undefined) {
        proxy = await startProxy({ emulator, port: proxyPort, caFolder: join(dataDir, 'proxy') })
      }
    } catch (error) {
      await emulator.close()
      throw error
    }
    await claim?.tell(emulator.origin)
    return {
      proxy,
      origin: emulator.origin,
      stateFolder: claim === undefined ? undefined : emulatorStateFolder(dataDir),
      close: async () => {
        await proxy?.close()
        await emulator.close()
        await claim?.release()
      },
    }
  } catch (error) {
    await (claim as Extract<Claim, { taken: false }> | undefined)?.release()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return portTaken(context, (error as { port?: number }).port ?? port, error)
  }
}

async function portTaken(context: Context, port: number, cause: unknown): Promise<{ running: string }> {
  const there = `http://localhost:${port}`
  if (await isEmulator(context.fetch, there)) return { running: there }
  throw new LocalError(`Port ${port} is taken by another program.`, {
    code: 'port_taken',
    action: `Choose another one: --port ${port + 1}, TOCKWORK_EMULATOR_PORT=${port + 1}, or 0 for any free port.`,
    cause,
  })
}

async function readWorld({ cwd }: Context, path: string | undefined) {
  if (path === undefined) return undefined
  const [{ parse }, { seedSpec }, z] = await Promise.all([
    import('yaml'),
    import('@tockwork/emulator'),
    import('zod/mini'),
  ])
  let value: unknown
  try {
    value = parse(await readFile(resolve(cwd, path), 'utf8'), { maxAliasCount: 20 })
  } catch (cause) {
    throw new UsageError(`--world ${path}: ${(cause as Error).message.split('\n')[0]}`, {
      field: '--world',
      cause,
    })
  }
  const read = z.safeParse(seedSpec, value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new UsageError(`--world ${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`, {
    field: '--world',
    action: 'The README shows an example of a world.',
  })
}

async function readSettings({ setting = [], strict }: EmulateOptions) {
  const pairs = strict === true ? [...setting, 'strict=true'] : setting
  if (pairs.length === 0) return {}
  const [{ defaultSettings }, { readSettingPairs }] = await Promise.all([
    import('@tockwork/emulator'),
    import('./settings-pairs.ts'),
  ])
  return readSettingPairs(pairs, defaultSettings as unknown as Record<string, unknown>)
}

function readTime(text: string): string {
  if (!Number.isNaN(Date.parse(text))) return text
  throw new UsageError(`--now ${text}: expected a time such as 2026-11-24T12:00:00Z.`, { field: '--now' })
}

/** `tockwork emulate` */
export async function emulate(context: Context, options: EmulateOptions): Promise<void> {
  const { out, signal } = context
  if (options.coverage === true) {
    const { shopCoverage } = await import('@tockwork/emulator')
    const coverage = await shopCoverage()
    const rows = coverage.domains.map(({ domain, modelled, operations, missing }) => [
      domain,
      `${modelled} of ${operations}`,
      // Where nothing is, the list would be that of the operations.
      modelled === 0 ? '' : missing.map((id) => id.slice('shop.'.length)).join(', '),
    ])
    out.result(
      { shop: coverage },
      table([...rows, ['all', `${coverage.modelled} of ${coverage.operations}`, '']]),
    )
    return
  }
  const started = await startOnFolder(context, options)
  if ('running' in started) {
    throw new LocalError(`An emulator runs already at ${started.running}.`, {
      code: 'emulator_running',
      action: 'Use it, stop it first, or give this one another --data-dir (or --memory) and --port.',
    })
  }
  const { origin, stateFolder, proxy } = started
  out.item(
    {
      emulator: origin,
      control: `${origin}/_emulator/`,
      data_dir: stateFolder ?? null,
      ...(proxy === undefined ? {} : { proxy: proxyFacts(proxy) }),
    },
    [
      `Emulator of TikTok at ${origin}, state ${stateFolder === undefined ? 'in memory' : `in ${stateFolder}`}. Ctrl-C stops it.`,
      ...(proxy === undefined ? [] : proxyLines(proxy)),
    ].join('\n'),
  )
  await stopped(signal)
  await started.close()
}

export function proxyFacts({ url, caFile, environment }: StartedProxy): Record<string, unknown> {
  return { url, ca_file: caFile, environment }
}

export function proxyLines({ url, environment }: StartedProxy): string[] {
  return [
    `Proxy at ${url}: TikTok's own host names lead to the emulator for any client started with:`,
    ...Object.entries(environment).map(([name, value]) => `  export ${name}='${value}'`),
  ]
}

/** Resolves when the program shall end. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** How long the emulator takes from nothing to its first answer: as a process, and in one that runs already. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { stageBuiltPackages } from './built-packages.ts'
import { COMMAND, startEmulatorProcess } from './emulator-process.ts'
import { type Measurements, measured } from './measurement.ts'
import { startBareServer, startWorker } from './worker.ts'

async function emulatorStart(command: string, cache: string): Promise<number> {
  const from = performance.now()
  const { origin, stop } = await startEmulatorProcess(
    {},
    { command, env: { ...process.env, NODE_COMPILE_CACHE: cache } },
  )
  const answer = await fetch(`${origin}/_emulator/health`)
  await answer.text()
  const took = performance.now() - from
  await stop()
  if (answer.status !== 200) throw new Error(`health answered ${answer.status}`)
  return took
}

async function bareStart(): Promise<number> {
  const from = performance.now()
  const { port, stop } = await startBareServer()
  await (await fetch(`http://127.0.0.1:${port}/`)).text()
  const took = performance.now() - from
  await stop()
  return took
}

export async function measureEmulatorStart({ quick }: { quick: boolean }): Promise<Measurements> {
  const rounds = quick ? 2 : 9
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-bench-'))
  try {
    let built: string | undefined
    let notBuilt: string | undefined
    try {
      if (!quick) built = await stageBuiltPackages(join(folder, 'built'))
    } catch (error) {
      notBuilt = `not measured from the built packages: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}`
    }
    const times = { bare: [], warm: [], cold: [], built: [], inProcess: [], bareInProcess: [] } as Record<
      string,
      number[]
    >
    const warmCache = join(folder, 'cache')
    // The client of this process is warmed up, and the cache filled as it is after anyone's first start.
    await bareStart()
    await emulatorStart(COMMAND, warmCache)
    if (built !== undefined) await emulatorStart(built, join(folder, 'built-cache'))
    for (let round = 0; round < rounds; round += 1) {
      times.bare?.push(await bareStart())
      times.warm?.push(await emulatorStart(COMMAND, warmCache))
      times.cold?.push(await emulatorStart(COMMAND, join(folder, `cold-${round}`)))
      if (built !== undefined) times.built?.push(await emulatorStart(built, join(folder, 'built-cache')))
      const starter = await startWorker('start-emulator')
      const { emulatorMs, bareMs } = await starter.ask<{ emulatorMs: number; bareMs: number }>('start')
      times.inProcess?.push(emulatorMs)
      times.bareInProcess?.push(bareMs)
      await starter.stop()
    }
    const {
      bare = [],
      warm = [],
      cold = [],
      built: builtTimes = [],
      inProcess = [],
      bareInProcess = [],
    } = times
    const aim = { of: 'value', limit: 'most', number: 300 } as const
    return {
      'emulator-start': measured({
        unit: 'ms',
        what: 'process start to first answer, from source; process with a bare node:http server',
        values: warm,
        against: bare,
        aim,
        note: notBuilt,
      }),
      'emulator-start-cold': measured({
        unit: 'ms',
        what: 'the same with no compile cache, as the very first time',
        values: cold,
        against: bare,
        aim,
      }),
      ...(builtTimes.length === 0
        ? {}
        : {
            'emulator-start-built': measured({
              unit: 'ms',
              what: 'the same from the built packages',
              values: builtTimes,
              against: bare,
              aim,
            }),
          }),
      'emulator-start-in-process': measured({
        unit: 'ms',
        what: 'first startEmulator() after import; bare node:http server that starts to listen',
        values: inProcess,
        against: bareInProcess,
        aim: { of: 'value', limit: 'most', number: 50 },
      }),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

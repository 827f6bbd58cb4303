/** The emulator as a process of its own: the judge, which is never killed. It ends with whoever started it. */
import { defaultSeed, type SeedSpec, type Settings, startEmulator } from '@tockwork/emulator'

const { seed, creators, settings, dataDir } = JSON.parse(process.argv[2] ?? '{}') as {
  seed: string
  creators: NonNullable<SeedSpec['creators']>
  settings: Partial<Settings>
  dataDir: string
}
const emulator = await startEmulator({ seed, settings, dataDir, world: { apps: defaultSeed.apps, creators } })
let ending = false
const end = (): void => {
  // The signal and the end of whoever started it come together; two closings would cut each other short.
  if (ending) return
  ending = true
  void emulator.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('disconnect', end)
process.send?.({ origin: emulator.origin })

/** The emulator as a process of its own: the judge, which is never killed. It ends with whoever started it. */
import { defaultSeed, type SeedSpec, type Settings, startEmulator } from '@tockwork/emulator'

const { seed, creators, settings } = JSON.parse(process.argv[2] ?? '{}') as {
  seed: string
  creators: NonNullable<SeedSpec['creators']>
  settings: Partial<Settings>
}
const emulator = await startEmulator({ seed, settings, world: { apps: defaultSeed.apps, creators } })
const end = (): void => {
  void emulator.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('disconnect', end)
process.send?.({ origin: emulator.origin })

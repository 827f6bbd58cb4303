export type { Fault, FaultSpec } from './control/faults.ts'
export type { LoggedRequest } from './control/request-log.ts'
export { Emulator, type EmulatorOptions, startEmulator } from './emulator.ts'
export { EmulatorProxy, type ProxiedEmulator, type ProxyOptions, startProxy } from './proxy/proxy.ts'
export { defaultSettings, type Settings } from './settings.ts'
export { defaultSeed, type SeedSpec, seedSpec } from './state/seed.ts'

/** What of TikTok Shop is modelled, by domain. */
export async function shopCoverage() {
  return (await import('./shop/handlers.ts')).shopCoverage()
}

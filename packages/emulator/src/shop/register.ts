/** What the Shop does at a time: one list, read when the emulator starts. */
import type { Platform } from '../platform.ts'
import { registerActivities } from './activity-life.ts'
import { registerSamples } from './affiliate-life.ts'
import { registerBuyers } from './buyers.ts'
import { registerCandidates } from './candidate-handlers.ts'
import { registerFbt } from './fbt-life.ts'
import { registerDays } from './life.ts'
import { registerOrderLife } from './order-life.ts'
import { registerPackageLife } from './package-life.ts'
import { registerProductLife } from './product-life.ts'
import { registerReverseLife } from './reverse-life.ts'
import { registerShoppableVideos } from './shoppable-video-handlers.ts'
import { registerStrikethrough } from './strikethrough-handlers.ts'

export function registerShop(platform: Platform): void {
  registerDays(platform)
  registerProductLife(platform)
  registerOrderLife(platform)
  registerPackageLife(platform)
  registerReverseLife(platform)
  registerActivities(platform)
  registerBuyers(platform)
  registerCandidates(platform)
  registerSamples(platform)
  registerFbt(platform)
  registerShoppableVideos(platform)
  registerStrikethrough(platform)
}

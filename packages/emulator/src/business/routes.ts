/** Where TikTok API for Business is reached. Its modules are loaded with the first call. */
import type { Router } from '../http/router.ts'
import type { Platform } from '../platform.ts'

export function addBusinessRoutes(router: Router, platform: Platform): void {
  router.addPrefix('open_api', 'business', async (exchange) =>
    (await import('./gateway.ts')).callBusiness(platform, exchange),
  )
  router.add('*', '/_emulator/comments*', async (exchange, { rest = '' }) =>
    (await import('./comment-control.ts')).controlComments(platform, exchange, rest),
  )
}

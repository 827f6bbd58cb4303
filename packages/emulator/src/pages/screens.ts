import type { Control } from '../control/routes.ts'
import { jsonAnswer, redirectAnswer } from '../http/answer.ts'
import type { RawHandler } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import { isTikTokHost } from '../proxy/hosts.ts'

/**
 * The portal, the inspector and what belongs to them. Most runs of an emulator show no page, so their code is loaded
 * by the first request that no other route under `/_emulator/` takes.
 */
export function addScreens(router: Router, control: Control): void {
  let loading: Promise<Router> | undefined
  const load = (): Promise<Router> => {
    loading ??= import('./screen-routes.ts').then(({ screenRoutes }) => screenRoutes(control))
    return loading
  }
  router.add('GET', '/', (exchange) =>
    isTikTokHost(exchange.host)
      ? jsonAnswer(404, { emulator: 'The emulator knows no GET /.' })
      : redirectAnswer('/_emulator/'),
  )
  const answer: RawHandler = async (exchange) => {
    const route = (await load()).find(exchange)
    if (route?.kind === 'raw') return route.handler(exchange, route.params)
    return jsonAnswer(404, { problem: `There is no ${exchange.method} ${exchange.path}.` })
  }
  router.add('GET', '/favicon.ico', () => redirectAnswer('/_emulator/assets/icon.svg'))
  router.add('*', '/_emulator', answer)
  router.add('*', '/_emulator/*', answer)
}

import type { Control } from '../control/routes.ts'
import { jsonAnswer } from '../http/answer.ts'
import { Router } from '../http/router.ts'
import { addInspectorActions } from '../inspector/actions.ts'
import { addInspectorPages } from '../inspector/routes.ts'
import { addPortalPages } from '../portal/form-routes.ts'
import { addPortalApi } from '../portal/routes.ts'
import { asset } from './assets.ts'
import { Notices } from './form.ts'

/** Everything under `/_emulator/` that a person looks at, and the portal's API. */
export function screenRoutes(control: Control): Router {
  const router = new Router()
  const notices = new Notices()
  router.add(
    'GET',
    '/_emulator/assets/:name',
    (_exchange, params) =>
      asset(params.name ?? '') ?? jsonAnswer(404, { problem: `There is no asset ${params.name}.` }),
  )
  addPortalApi(router, control.platform)
  addPortalPages(router, control.platform, notices)
  addInspectorActions(router, control, notices, addInspectorPages(router, control, notices))
  return router
}

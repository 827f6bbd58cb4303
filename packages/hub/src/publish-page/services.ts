/** The publish page, put together from the parts that a program has. */
import { publishSessionHandlers } from '../routes/publish-sessions.ts'
import { publishPageRoutes } from './plain-routes.ts'
import { type PublishPageParts, PublishSessions } from './publish-sessions.ts'

/** `handlers` and `plainRoutes` go to the HTTP server, `housekeeping` to an hourly job. */
export function createPublishPageServices(parts: PublishPageParts) {
  const { publishing } = parts
  const sessions = new PublishSessions(parts)
  return {
    handlers: publishSessionHandlers({ db: publishing.db, clock: publishing.clock, sessions }),
    plainRoutes: publishPageRoutes(sessions, publishing),
    housekeeping: () => sessions.forgetOld(),
  }
}

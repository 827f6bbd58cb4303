/** Connecting an account that a person names: by its server's own page, or by an app password. */
import type { PlatformFailure } from '@tockwork/connectors'
import { Secret } from '@tockwork/kernel'
import { toTokens } from '../platforms/grant-tokens.ts'
import { type ConnectSession, countSignIn } from '../storage/connect-sessions.ts'
import type { Database } from '../storage/database.ts'
import type { Platforms } from '../tokens/platforms.ts'
import type { CallbackEnd, ConnectFlow, Visitor } from './connect-flow.ts'
import type { HandleTrouble } from './handle-pages.ts'

export type SignInStep =
  /** On to the page of the account's own server. */
  | { kind: 'go'; url: string }
  | { kind: 'trouble'; trouble: HandleTrouble }
  | { kind: 'end'; end: CallbackEnd }
  /** The link is over or used. */
  | { kind: 'over' }

/** Tries behind one link, so that nobody guesses passwords through it. */
const MOST_TRIES = 10

export class HandleSignIn {
  readonly #parts: { db: Database; flow: ConnectFlow; platforms: Platforms }

  constructor(parts: { db: Database; flow: ConnectFlow; platforms: Platforms }) {
    this.#parts = parts
  }

  /** Whether servers can send creators back to this hub. */
  async hasConsentPage({ workspaceId, appId }: ConnectSession): Promise<boolean> {
    const platform = await this.#parts.platforms.connectorOf(workspaceId, appId)
    return platform.consentPage !== undefined
  }

  async go(
    sessionId: string,
    typed: { identifier: string; password: string | undefined },
    visitor: Visitor,
  ): Promise<SignInStep> {
    const { db, flow, platforms } = this.#parts
    const opened = await flow.open(sessionId)
    if (opened === undefined || opened.expired || opened.session.outcome === 'connected')
      return { kind: 'over' }
    const { session } = opened
    if (!(await countSignIn(db, sessionId, MOST_TRIES))) return { kind: 'trouble', trouble: 'tooOften' }
    const { identifier, password } = typed
    if (password === undefined) {
      const begun = await flow.start(sessionId, identifier)
      if (begun === undefined) return { kind: 'over' }
      return 'url' in begun
        ? { kind: 'go', url: begun.url }
        : { kind: 'trouble', trouble: troubleOf(begun.failure) }
    }
    const platform = await platforms.connectorOf(session.workspaceId, session.appId)
    const way = platform.appPassword
    if (way === undefined) return { kind: 'trouble', trouble: 'noPage' }
    const answer = await way.signIn({ identifier, password: new Secret(password.trim()) })
    if (!answer.ok) return { kind: 'trouble', trouble: troubleOf(answer.failure) }
    const end = await flow.connectWhole(session, toTokens(answer.value), visitor)
    return { kind: 'end', end }
  }
}

function troubleOf({ code, needs, field }: PlatformFailure): HandleTrouble {
  if (code === 'app_password_needed') return 'ownPassword'
  if (code === 'consent_page_missing' || code === 'authorization_server_invalid') return 'noPage'
  if (field === 'identifier') return 'notFound'
  return needs === 'credentials' ? 'wrongPair' : 'noAnswer'
}

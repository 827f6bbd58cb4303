import {
  apiKeyOperations,
  appOperations,
  auditLogOperations,
  connectedAccountOperations,
  connectSessionOperations,
  peopleOperations,
  workspaceOperations,
} from '@tockwork/api'
import { cryptoRandom, ManualClock } from '@tockwork/kernel'
import type { FastifyInstance } from 'fastify'
import { dashboardPage, dashboardRoutes } from '../../src/http/dashboard-pages.ts'
import { callerOf } from '../../src/http/operation-route.ts'
import { createServer } from '../../src/http/server.ts'
import { LiveEvents, type LiveLimits } from '../../src/live/live-events.ts'
import { liveRoute } from '../../src/live/route.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { createPeopleServices } from '../../src/owners/services.ts'
import { AccountWorld, type Tenant } from '../account-world.ts'

const operations = [
  ...workspaceOperations,
  ...apiKeyOperations,
  ...appOperations,
  ...connectSessionOperations,
  ...connectedAccountOperations,
  ...auditLogOperations,
  ...peopleOperations,
] as const

export const PASSWORD = 'a long enough password'

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by what they expect to be in them
  json: any
}

/** Somebody's browser: keeps its cookie, says where its pages are from. */
export class Visitor {
  cookie: string | undefined
  csrf = ''
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  async send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.#origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.#origin,
        'x-tockwork-csrf': this.csrf,
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const [set] = answer.headers.getSetCookie()
    if (set !== undefined) this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';')[0]
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  }

  /** Reads the session, as the dashboard does first. */
  async look(): Promise<Answer['json']> {
    const { json } = await this.send('GET', '/session')
    this.csrf = json.csrf ?? ''
    return json
  }

  async accept(link: string, login: string): Promise<Answer> {
    const token = new URL(link).hash.slice(1)
    const answer = await this.send('POST', '/session/accept', {
      token,
      login,
      name: login,
      password: PASSWORD,
    })
    await this.look()
    return answer
  }
}

/** People on a real database, the hub's HTTP side on a port, and a clock that is moved by hand. */
export class PeopleWorld {
  readonly accounts: AccountWorld
  readonly tenant: Tenant
  readonly clock = new ManualClock()
  readonly lines: string[] = []
  #server: FastifyInstance | undefined
  #live: LiveEvents | undefined
  origin = ''
  /** Of the installation's first owner. */
  firstLink = ''
  people!: ReturnType<typeof createPeopleServices>

  private constructor(accounts: AccountWorld, tenant: Tenant) {
    this.accounts = accounts
    this.tenant = tenant
  }

  static async start(options: { limits?: LiveLimits; folder?: string } = {}): Promise<PeopleWorld> {
    const accounts = await AccountWorld.start()
    const world = new PeopleWorld(accounts, await accounts.tenant())
    const { database, services } = accounts
    const { clock } = world
    const log = createLogger({
      level: 'trace',
      destination: { write: (line: string) => world.lines.push(line) },
    })
    const port = await freePort()
    world.origin = `http://localhost:${port}`
    const people = createPeopleServices({
      db: database.db,
      clock,
      random: cryptoRandom,
      publicUrl: world.origin,
      apiKeys: services.apiKeys,
      passwordCost: { logN: 4, r: 8, p: 1 },
    })
    world.people = people
    const live = new LiveEvents({
      url: database.url,
      clock,
      log,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    })
    world.#live = live
    const files = { folder: options.folder ?? '', state: () => 'ready' as const }
    world.#server = await createServer({
      operations,
      handlers: { ...services.handlers, ...people.handlers },
      plainRoutes: [
        ...services.plainRoutes,
        ...people.plainRoutes,
        liveRoute({ live, clock, authenticate: ({ headers }) => callerOf(people.access, 'GET', headers) }),
        ...dashboardRoutes(files),
      ],
      pageFor: dashboardPage(files, undefined),
      access: people.access,
      idempotency: services.idempotency,
      metrics: new Metrics({ process: false }),
      log,
      clock,
      random: cryptoRandom,
      checks: {},
      version: '0.0.0',
    })
    live.start()
    await world.#server.listen({ host: 'localhost', port })
    world.firstLink = (await people.firstLink())?.reveal() ?? ''
    return world
  }

  visitor(): Visitor {
    return new Visitor(this.origin)
  }

  /** Somebody with a role, signed in. */
  async join(by: Visitor, role: string, login: string): Promise<Visitor> {
    const { json } = await by.send('POST', '/v1/people/invitations', { role })
    const visitor = this.visitor()
    await visitor.accept(json.url, login)
    return visitor
  }

  /** A request whose headers are all given: `fetch` says some of a browser's itself. */
  async ask(path: string, headers: Record<string, string>) {
    const answer = await this.#server?.inject({ method: 'GET', url: path, headers })
    return { status: answer?.statusCode, text: answer?.body, headers: answer?.headers ?? {} }
  }

  async close(): Promise<void> {
    await this.#live?.close()
    await this.#server?.close()
    await this.accounts.close()
  }
}

async function freePort(): Promise<number> {
  const { createServer: createProbe } = await import('node:net')
  return new Promise((done, fail) => {
    const probe = createProbe()
    probe.once('error', fail)
    probe.listen(0, 'localhost', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Every page and its address. Pages load when somebody goes there. */
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { sessionQuery } from './data/session.ts'
import { Door } from './pages/door.tsx'
import { askForHome, Home } from './pages/home.tsx'
import { Login } from './pages/login.tsx'
import { Shell } from './shell/shell.tsx'
import { ProblemNote } from './ui/controls.tsx'
import { Loading, Page } from './ui/show.tsx'

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <Door title="Nothing here" intro="There is no page at this address.">
      <Link to="/" className="button">
        To the home page
      </Link>
    </Door>
  ),
})

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Without what is not there. */
function given<T extends Record<string, string | undefined>>(of: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string
  }
}

const login = createRoute({ getParentRoute: () => root, path: '/login', component: Login })
const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyRouteComponent(() => import('./pages/welcome.tsx'), 'Welcome'),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context }) => {
    const session = await context.client.ensureQueryData(sessionQuery)
    if (session.person === null) throw redirect({ to: '/login' })
  },
})

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  // Where most come in: it is there with the first script, and what it shows is asked for before it is drawn.
  component: Home,
  loader: ({ context }) => askForHome(context.client),
})
const accounts = createRoute({
  getParentRoute: () => inside,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./pages/accounts.tsx'), 'Accounts'),
})
const account = createRoute({
  getParentRoute: () => inside,
  path: '/accounts/$accountId',
  component: lazyRouteComponent(() => import('./pages/account.tsx'), 'AccountPage'),
})
const posts = createRoute({
  getParentRoute: () => inside,
  path: '/posts',
  component: lazyRouteComponent(() => import('./pages/posts.tsx'), 'Posts'),
  validateSearch: ({ state, account }: Record<string, unknown>): { state?: string; account?: string } =>
    given({ state: textOf(state), account: textOf(account) }),
})
const post = createRoute({
  getParentRoute: () => inside,
  path: '/posts/$postId',
  component: lazyRouteComponent(() => import('./pages/post.tsx'), 'PostPage'),
})

const compose = createRoute({
  getParentRoute: () => inside,
  path: '/compose',
  component: lazyRouteComponent(() => import('./pages/compose.tsx'), 'Compose'),
})
const calendar = createRoute({
  getParentRoute: () => inside,
  path: '/calendar',
  component: lazyRouteComponent(() => import('./pages/calendar.tsx'), 'Calendar'),
})
const queue = createRoute({
  getParentRoute: () => inside,
  path: '/queue',
  component: lazyRouteComponent(() => import('./pages/queue.tsx'), 'QueuePage'),
  validateSearch: ({ account }: Record<string, unknown>): { account?: string } =>
    given({ account: textOf(account) }),
})
const analytics = createRoute({
  getParentRoute: () => inside,
  path: '/analytics',
  component: lazyRouteComponent(() => import('./pages/analytics.tsx'), 'Analytics'),
  // Ids of TikTok in an address are numbers beyond what JavaScript counts exactly, so they stay texts.
  validateSearch: ({ account, video }: Record<string, unknown>): { account?: string; video?: string } =>
    given({ account: textOf(account), video: textOf(video) }),
})
const limits = createRoute({
  getParentRoute: () => inside,
  path: '/limits',
  component: lazyRouteComponent(() => import('./pages/limits.tsx'), 'Limits'),
})
const webhooks = createRoute({
  getParentRoute: () => inside,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./pages/webhooks.tsx'), 'Webhooks'),
})
const endpoint = createRoute({
  getParentRoute: () => inside,
  path: '/webhooks/$endpointId',
  component: lazyRouteComponent(() => import('./pages/endpoint.tsx'), 'EndpointPage'),
})
const keys = createRoute({
  getParentRoute: () => inside,
  path: '/keys',
  component: lazyRouteComponent(() => import('./pages/keys.tsx'), 'Keys'),
})
const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'Audit'),
})
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
})

const routeTree = root.addChildren([
  login,
  welcome,
  inside.addChildren([
    home,
    accounts,
    account,
    posts,
    post,
    compose,
    calendar,
    queue,
    analytics,
    limits,
    webhooks,
    endpoint,
    keys,
    audit,
    settings,
  ]),
])

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultPendingMs: 1_000,
    // A page that is there is shown; what says that one loads need not have been seen.
    defaultPendingMinMs: 0,
    defaultPendingComponent: () => <Loading />,
    defaultErrorComponent: ({ error }) => (
      <Page title="This page failed">
        <ProblemNote error={error instanceof Error ? error : new Error(String(error))} />
      </Page>
    ),
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}

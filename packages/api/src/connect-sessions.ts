import { z } from 'zod'
import { idOf, moment } from './moment.ts'
import { defineOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'

const connectSession = z
  .object({
    id: idOf('cs'),
    url: z.string().meta({ description: 'Give it to the creator: whoever has it can connect an account' }),
    app_id: idOf('app'),
    scopes: z.array(z.string()),
    return_url: z.string().nullable(),
    external_user_id: z.string().nullable(),
    created_at: moment,
    expires_at: moment,
    outcome: z.enum(['connected', 'denied', 'failed']).nullable(),
    outcome_code: z.string().nullable().meta({ description: "TikTok's or our code of a denial or failure" }),
    account_id: idOf('acc').nullable(),
  })
  .meta({ id: 'ConnectSession' })

const createConnectSession = defineOperation({
  id: 'connectSessions.create',
  method: 'POST',
  path: '/v1/connect-sessions',
  summary: 'Invite a creator to connect an account',
  description:
    'Answers a link to a page that says in plain words what is asked and by whom, and leads to TikTok and back. The creator ends at `return_url` with `connect_session`, `status` (`connected`, `denied`, `failed`), `account_id` and `missing_scopes` in the query.',
  scope: 'accounts:write',
  body: z.object({
    app_id: idOf('app'),
    scopes: z.array(z.string().max(64)).min(1).max(20).optional().meta({
      description:
        'Everything the hub can use when left out; `user.info.basic` always comes along. Not for an app of TikTok Shop, whose scopes are fixed at TikTok',
    }),
    return_url: z.string().max(2048).optional(),
    market: z.enum(['ROW', 'US']).optional().meta({
      description:
        'For an app of TikTok Shop: which consent page the seller sees; what the app says when left out',
    }),
    external_user_id: z.string().min(1).max(255).optional().meta({
      description: 'Your own id of the person; kept with the account',
    }),
    expires_in: z.int().min(60).max(604_800).default(3_600).meta({ description: 'Seconds' }),
  }),
  answer: connectSession,
  status: 201,
  errors: {},
})

const getConnectSession = defineOperation({
  id: 'connectSessions.get',
  method: 'GET',
  path: '/v1/connect-sessions/{session_id}',
  summary: 'Read how an invitation is getting on',
  scope: 'accounts:read',
  params: z.object({ session_id: idOf('cs') }),
  answer: connectSession,
  status: 200,
  errors: {},
})

const listConnectSessions = defineOperation({
  id: 'connectSessions.list',
  method: 'GET',
  path: '/v1/connect-sessions',
  summary: 'List invitations',
  scope: 'accounts:read',
  query: pageQuery,
  answer: pageOf(connectSession),
  status: 200,
  errors: {},
})

export const connectSessionOperations = [
  createConnectSession,
  getConnectSession,
  listConnectSessions,
] as const

/** The way from a developer account to a submitted app, each step with what is known of it. */
import {
  scopes as knownScopes,
  redirectUriProblems,
  redirectUriRules,
  type Scope,
  urlPropertyProblems,
} from '@tockwork/contracts'
import { sandboxRules } from '@tockwork/contracts/knowledge'
import { type CodeUsage, scopesUnused, scopesUsed } from '../assistant/code/code-usage.ts'
import type { AnswerName, Answers, QuestionName } from './answers.ts'
import { type Network, pageAnswers, propertyShown, webhookAnswers } from './checks.ts'

export interface Step {
  id: string
  title: string
  /** `ok`: checked or ticked; `problem`: checked and wrong; `todo`: not answered or not ticked yet. */
  state: 'ok' | 'problem' | 'todo'
  /** What was seen, a sentence each. */
  seen: string[]
  /** What to do in the portal. */
  how: string
  source: string
  /** Answers that the step wants. */
  asks: QuestionName[]
  /** Only a person can say that it is done. */
  manual: boolean
}

/** What the emulator's portal shows of an app; of TikTok's nothing can be read. */
export interface PortalApp {
  review: string
  redirect_uris: string[]
  scopes: string[]
  webhook_url: string
  url_properties: { value: string; verified: boolean; record: string }[]
  sandboxes: { client_key: string; target_users: string[] }[]
}

export interface Known {
  answers: Answers
  network: Network
  code: CodeUsage | undefined
  portal: PortalApp | undefined
  hasSecret: boolean
}

const DOC = 'https://developers.tiktok.com/doc/'
const CREATE = `${DOC}getting-started-create-an-app`
const REVIEW = `${DOC}app-review-guidelines`

type Draft = Omit<Step, 'state' | 'seen' | 'manual' | 'asks'> & {
  asks?: QuestionName[]
  manual?: true
  look?: (known: Known) => Promise<{ ok: string[]; wrong: string[] } | undefined>
}

const drafts: readonly Draft[] = [
  {
    id: 'register',
    title: 'Register as a developer',
    how: 'Sign up in the developer portal with a business login, and make an organisation if several people work on it.',
    source: CREATE,
    manual: true,
  },
  {
    id: 'create',
    title: 'Create the app',
    how: 'Manage apps, Connect an app. Icon of 1024 by 1024 pixels, a name that is the product’s own, a description that users read.',
    source: CREATE,
    asks: ['client_key', 'platform'],
    look: async ({ answers: { client_key }, hasSecret, portal }) => {
      if (client_key === undefined) return undefined
      const ok = [
        `client key ${client_key}`,
        ...(portal === undefined ? [] : [`the portal has the app; its review: ${portal.review}`]),
      ]
      return hasSecret
        ? { ok: [...ok, 'TIKTOK_CLIENT_SECRET is set'], wrong: [] }
        : { ok, wrong: ['TIKTOK_CLIENT_SECRET is not set'] }
    },
  },
  {
    id: 'redirects',
    title: 'Redirect URIs',
    how: `Login Kit, Redirect URI: at most ${redirectUriRules.web.max}, absolute, without query and fragment; https for the web, localhost with a port for desktop.`,
    source: `${DOC}login-kit-web`,
    asks: ['redirect_uris'],
    look: async ({ answers: { redirect_uris, platform = 'web' }, portal }) => {
      if (redirect_uris === undefined) return undefined
      const wrong = redirect_uris.flatMap((uri) =>
        redirectUriProblems(uri, platform).map((rule) => `${uri}: ${rule}`),
      )
      if (redirect_uris.length > redirectUriRules[platform].max)
        wrong.push(`${redirect_uris.length} are too many: ${redirectUriRules[platform].max} at most`)
      for (const uri of redirect_uris)
        if (portal !== undefined && !portal.redirect_uris.some((each) => covers(each, uri)))
          wrong.push(`${uri}: not in the portal yet`)
      return { ok: redirect_uris.map((uri) => `${uri} keeps to the rules for ${platform}`), wrong }
    },
  },
  {
    id: 'policies',
    title: 'Website, privacy policy and terms',
    how: 'All three are public, over https, and the two policies are linked on the website where no menu has to be opened.',
    source: REVIEW,
    asks: ['website', 'privacy_policy', 'terms'],
    look: async ({ answers: { website, privacy_policy, terms }, network }) => {
      const given = { website, 'privacy policy': privacy_policy, terms }
      if (Object.values(given).every((each) => each === undefined)) return undefined
      const ok: string[] = []
      const wrong: string[] = []
      for (const [name, address] of Object.entries(given)) {
        if (address === undefined) wrong.push(`${name}: no address yet`)
        else if (!URL.canParse(address) || new URL(address).protocol !== 'https:')
          wrong.push(`${name}: ${address} is no https address`)
        else {
          const seen = await pageAnswers(network, address)
          ;(seen.ok ? ok : wrong).push(`${name}: ${seen.what}`)
        }
      }
      return { ok, wrong }
    },
  },
  {
    id: 'url-properties',
    title: 'URL properties',
    how: 'URL properties, Verify properties: a domain by a DNS record, or a prefix by a file. Wanted for website, policies, and what TikTok pulls media from.',
    source: CREATE,
    asks: ['url_properties'],
    look: async ({ answers: { url_properties, url_tokens = {} }, network, portal }) => {
      if (url_properties === undefined) return undefined
      const ok: string[] = []
      const wrong: string[] = []
      for (const value of url_properties) {
        const kind = value.includes('/') ? 'prefix' : 'domain'
        const rules = urlPropertyProblems({ kind, value })
        wrong.push(...rules.map((rule) => `${value}: ${rule}`))
        if (rules.length > 0) continue
        const listed = portal?.url_properties.find((each) => each.value === value)
        if (listed?.verified === true) {
          ok.push(`${value}: verified in the portal`)
          continue
        }
        const token = url_tokens[value] ?? listed?.record
        if (token === undefined)
          wrong.push(
            `${value}: add it in the portal, then tell its signature with --set url_token.${value}=…`,
          )
        else {
          const seen = await propertyShown(network, value, token)
          ;(seen.ok ? ok : wrong).push(`${value}: ${seen.what}`)
        }
      }
      return { ok, wrong }
    },
  },
  {
    id: 'scopes',
    title: 'Products and scopes',
    how: 'Add products, then scopes: no more than the code uses, since each one has to be explained and shown in the demo video.',
    source: REVIEW,
    asks: ['scopes'],
    look: async ({ answers: { scopes: given }, code, portal }) => {
      const asked = given ?? (code === undefined ? undefined : [...code.asked.keys()])
      if (asked === undefined) return undefined
      const unknown = asked.filter((scope) => !Object.hasOwn(knownScopes, scope))
      const known = asked.filter((scope): scope is Scope => Object.hasOwn(knownScopes, scope))
      const wrong = unknown.map((scope) => `${scope} is no scope that is known`)
      const ok: string[] = []
      if (code === undefined)
        ok.push(`${asked.join(', ')} (with --code FOLDER they are compared with what the code uses)`)
      else {
        for (const { scope, by } of scopesUsed(code)) {
          const places = by.map(({ what, places: [first] }) => `${what} at ${first?.file}:${first?.line}`)
          if (known.includes(scope)) ok.push(`${scope} is used: ${places.join('; ')}`)
          else wrong.push(`${scope} is not asked for, and used: ${places.join('; ')}`)
        }
        wrong.push(...scopesUnused(code, known).map((scope) => `${scope} is asked for, and nothing uses it`))
      }
      for (const scope of known)
        if (portal !== undefined && !portal.scopes.includes(scope))
          wrong.push(`${scope}: not in the portal yet`)
      return { ok, wrong }
    },
  },
  {
    id: 'webhooks',
    title: 'Webhooks',
    how: 'Callback URL in the app’s webhook section; https, and each event is verified by its signature.',
    source: `${DOC}webhooks-overview`,
    asks: ['webhook_url'],
    look: async ({ answers: { webhook_url }, network, portal }) => {
      if (webhook_url === undefined) return undefined
      if (!URL.canParse(webhook_url)) return { ok: [], wrong: [`${webhook_url} is no address`] }
      const wrong: string[] = []
      if (new URL(webhook_url).protocol !== 'https:' && portal === undefined)
        wrong.push(`${webhook_url} is not https`)
      if (portal !== undefined && portal.webhook_url !== webhook_url)
        wrong.push(`${webhook_url}: not in the portal yet`)
      const seen = await webhookAnswers(network, webhook_url)
      if (!seen.ok) wrong.push(seen.what)
      return { ok: seen.ok ? [seen.what] : [], wrong }
    },
  },
  {
    id: 'sandbox',
    title: 'Sandbox and target users',
    how: `Sandbox, Add: at most ${sandboxRules.maxSandboxesPerApp}, each with a key of its own, and at most ${sandboxRules.maxTargetUsers} target users that log in to be added.`,
    source: `${DOC}add-a-sandbox`,
    asks: ['sandbox_client_key', 'target_users'],
    look: async ({ answers: { sandbox_client_key, client_key, target_users }, portal }) => {
      if (sandbox_client_key === undefined) return undefined
      const wrong: string[] = []
      if (sandbox_client_key === client_key)
        wrong.push('the sandbox has the key of the app: it has one of its own, with a secret of its own')
      const users = target_users ?? []
      if (users.length === 0) wrong.push('no target user yet: nobody else can log in to a sandbox')
      if (users.length > sandboxRules.maxTargetUsers)
        wrong.push(`${users.length} target users are too many: ${sandboxRules.maxTargetUsers} at most`)
      const listed = portal?.sandboxes.find((each) => each.client_key === sandbox_client_key)
      if (portal !== undefined && listed === undefined)
        wrong.push(`${sandbox_client_key}: not in the portal yet`)
      for (const user of users)
        if (listed !== undefined && !listed.target_users.includes(user))
          wrong.push(`${user}: no target user in the portal yet`)
      return { ok: [`sandbox ${sandbox_client_key}, target users ${users.join(', ') || 'none'}`], wrong }
    },
  },
  {
    id: 'build',
    title: 'Try the whole flow',
    how: 'Log in, use every scope, look at the result: on the emulator, then in the sandbox with a target user.',
    source: `${DOC}add-a-sandbox`,
    manual: true,
  },
  {
    id: 'submit',
    title: 'Submit for review',
    how: 'Explain each product and scope, add one to five demo videos of at most 50 MB. `tockwork audit` writes the packet.',
    source: REVIEW,
    manual: true,
  },
]

export const manualSteps: readonly string[] = drafts
  .filter(({ manual }) => manual === true)
  .map(({ id }) => id)

export async function takeSteps(known: Known): Promise<Step[]> {
  const steps: Step[] = []
  for (const { look, asks = [], manual, ...rest } of drafts) {
    const done = known.answers.done?.includes(rest.id) === true
    const found = await look?.(known)
    const state = found === undefined ? (done ? 'ok' : 'todo') : found.wrong.length > 0 ? 'problem' : 'ok'
    const seen = found === undefined ? [] : [...found.wrong, ...found.ok]
    steps.push({ ...rest, state, seen, asks, manual: manual === true })
  }
  return steps
}

/** `*` stands for a port, and in the emulator's demo apps for a path. */
const covers = (registered: string, uri: string): boolean =>
  new RegExp(`^${registered.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(uri)

/** Which answers a step still wants. */
export const missing = ({ asks }: Step, answers: Answers): QuestionName[] =>
  asks.filter((name) => answers[name as AnswerName] === undefined)

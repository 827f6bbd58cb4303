/** Faults of the environment and of the clock. */
import { isLocal } from '../../target.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Facts } from './facts.ts'

const PORTAL = 'https://developers.tiktok.com/apps/'
/** Webhook signatures and rate windows are judged by the clock; TikTok's own tolerance of signatures is not stated. */
const WARN_SECONDS = 60
const ERROR_SECONDS = 300
const ORIGINS = ['TOCKWORK_TIKTOK_ORIGIN', 'TOCKWORK_PUBLIC_URL', 'TOCKWORK_HUB_URL'] as const
const HUB_VARIABLES =
  /^TOCKWORK_(?:HUB_(?!URL)|DATABASE_|SECRET_KEY|KMS_|PUBLIC_URL|LOG_LEVEL|TRUST_PROXY|BLOB|ASSET)/

export async function checkConfiguration(facts: Facts): Promise<Diagnosis[]> {
  return [
    ...checkAddresses(facts),
    ...checkCredentials(facts),
    ...(await checkHubConfiguration(facts)),
    ...checkHub(facts),
    ...checkClock(facts),
  ]
}

function checkAddresses({ config }: Facts): Diagnosis[] {
  return ORIGINS.flatMap((name) => {
    const value = config.environment[name]?.trim() ?? ''
    if (!URL.canParse(value)) return []
    const { origin, protocol } = new URL(value)
    if (protocol !== 'http:' || isLocal(origin)) return []
    return [
      {
        rule: 'http-base-url' as const,
        level: 'error' as const,
        what: `${name} is an address without encryption on another machine.`,
        evidence: `${name} begins with ${origin}`,
        why: 'Tokens and client secrets would go over the network in the clear, and TikTok takes https addresses alone.',
        fix: `Put TLS in front and set ${name} to https://…`,
        link: 'https://developers.tiktok.com/doc/login-kit-web',
        where: name,
      },
    ]
  })
}

function checkCredentials({ config }: Facts): Diagnosis[] {
  if ((config.clientKey === undefined) === (config.clientSecret === undefined)) return []
  const [there, absent] =
    config.clientKey === undefined
      ? ['TIKTOK_CLIENT_SECRET', 'TIKTOK_CLIENT_KEY']
      : ['TIKTOK_CLIENT_KEY', 'TIKTOK_CLIENT_SECRET']
  // An emulator of this machine tells the secrets of its own apps.
  if (isLocal(config.tiktokOrigin) && absent === 'TIKTOK_CLIENT_SECRET') return []
  return [
    {
      rule: 'credentials-half',
      level: 'error',
      what: `${there} is set and ${absent} is not.`,
      evidence: `${absent} is absent or empty`,
      why: 'No token can be got or renewed: TikTok answers invalid_client.',
      fix: `Set ${absent} too, of the same app; a sandbox has its own pair.`,
      link: PORTAL,
      where: absent,
    },
  ]
}

async function checkHubConfiguration({ config, cwd }: Facts): Promise<Diagnosis[]> {
  const given = Object.entries(config.environment).some(
    ([name, value]) => HUB_VARIABLES.test(name) && (value ?? '').trim() !== '',
  )
  // Without them the defaults hold, which are right; the hub is a lot to load.
  if (!given) return []
  const { ConfigError, parseConfig } = await import('@tockwork/hub')
  try {
    parseConfig(config.environment, { cwd })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.messages.map((message) => {
      const [name = 'the environment'] = message.split(' ')
      return {
        rule: 'config-invalid' as const,
        level: 'error' as const,
        what: `The hub does not start with this ${name}.`,
        evidence: message,
        why: 'The hub reads its whole configuration at the start and refuses a wrong one.',
        fix: `Correct ${name}.`,
        link: 'docs/hub.md',
        where: name,
      }
    })
  }
}

function checkHub({ hubProblem }: Facts): Diagnosis[] {
  if (hubProblem === undefined) return []
  return [
    {
      rule: 'hub-unreadable',
      level: 'error',
      what: `The hub at ${hubProblem.origin} answers, but does not let itself be read.`,
      evidence: hubProblem.said,
      why: 'Its accounts, limits and posts could not be looked at.',
      fix: 'Set TOCKWORK_API_KEY to a key of this hub that may read accounts, posts and limits.',
      link: 'docs/hub.md',
      where: 'TOCKWORK_API_KEY',
    },
  ]
}

function checkClock({ dates }: Facts): Diagnosis[] {
  return dates.flatMap(({ server, date, at }) => {
    const seconds = Math.round((at - Date.parse(date)) / 1000)
    if (!(Math.abs(seconds) > WARN_SECONDS)) return []
    return [
      {
        rule: 'clock-skew' as const,
        level: Math.abs(seconds) > ERROR_SECONDS ? ('error' as const) : ('warning' as const),
        what: `The clock of this machine is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'fast' : 'slow'}.`,
        evidence: `${server} says ${date}; here it is ${new Date(at).toUTCString()}`,
        why: 'Tokens are taken for fresh or for expired when they are not, and genuine webhooks for old ones.',
        fix: 'Turn on time synchronisation (NTP) on this machine.',
        link: 'https://developers.tiktok.com/doc/webhooks-verification',
        where: server,
      },
    ]
  })
}

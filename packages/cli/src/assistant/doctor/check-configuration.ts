/** Faults of the environment and of the clock. */
import { isLocal } from '../../target.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Facts } from './facts.ts'

const PORTAL = 'https://developers.tiktok.com/apps/'
/** Webhook signatures and rate windows are judged by the clock; TikTok's own tolerance of signatures is not stated. */
const WARN_SECONDS = 60
const ERROR_SECONDS = 300
const ORIGINS = ['TOCKWORK_TIKTOK_ORIGIN', 'TOCKWORK_PUBLIC_URL', 'TOCKWORK_HUB_URL'] as const
/** How apps name the address of TikTok in their own environment. */
const OWN_ORIGINS = /^(?:TIKTOK|TTS)_.*(?:BASE_?URL|API_?URL|ORIGIN|HOST|ENDPOINT)$/
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
  const others = Object.keys(config.environment).filter((name) => OWN_ORIGINS.test(name))
  return [...ORIGINS, ...others].flatMap((name) => {
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
        why: 'Tokens and client secrets would go over the network in the clear, and TikTok takes https addresses alone, TikTok Shop since 2026-06-17.',
        fix: `Put TLS in front and set ${name} to https://…`,
        link: 'https://developers.tiktok.com/doc/login-kit-web',
        where: name,
      },
    ]
  })
}

/** The two halves of each API's credentials. */
const PAIRS = [
  ['TIKTOK_CLIENT_KEY', 'TIKTOK_CLIENT_SECRET'],
  ['TIKTOK_SHOP_APP_KEY', 'TIKTOK_SHOP_APP_SECRET'],
  ['TIKTOK_BUSINESS_APP_ID', 'TIKTOK_BUSINESS_SECRET'],
] as const

function checkCredentials({ config }: Facts): Diagnosis[] {
  const isSet = (name: string): boolean => (config.environment[name] ?? '').trim() !== ''
  return PAIRS.flatMap(([key, secret]): Diagnosis[] => {
    if (isSet(key) === isSet(secret)) return []
    const [there, absent] = isSet(key) ? [key, secret] : [secret, key]
    // An emulator of this machine tells the secrets of its own apps.
    if (isLocal(config.tiktokOrigin) && absent === 'TIKTOK_CLIENT_SECRET') return []
    return [
      {
        rule: 'credentials-half',
        level: 'error',
        what: `${there} is set and ${absent} is not.`,
        evidence: `${absent} is absent or empty`,
        why: 'No token can be got or renewed: TikTok refuses the app.',
        fix: `Set ${absent} too, of the same app; a sandbox has its own pair.`,
        link: key === 'TIKTOK_SHOP_APP_KEY' ? 'https://partner.tiktokshop.com' : PORTAL,
        where: absent,
      },
    ]
  })
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

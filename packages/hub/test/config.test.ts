import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError, type Environment, parseConfig } from '../src/config.ts'

const KEY = Buffer.from(Array.from({ length: 32 }, (_value, at) => at)).toString('base64')

function messagesOf(env: Environment): readonly string[] {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.messages
    throw error
  }
  return []
}

describe('the configuration', () => {
  it('of an empty environment is a hub for one machine', () => {
    expect(parseConfig({}, { cwd: '/srv/app' })).toEqual({
      databaseUrl: undefined,
      dataDir: '/srv/app/.tockwork',
      secretKey: undefined,
      tiktokOrigin: undefined,
      host: '127.0.0.1',
      port: 4848,
      publicUrl: undefined,
      logLevel: 'info',
      trustProxy: false,
      webhooksToLoopback: false,
      databasePool: 10,
      work: true,
      tracing: false,
      searchPath: undefined,
    })
    expect(parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }).tracing).toBe(true)
    expect(parseConfig({ TOCKWORK_HUB_PORT: '', TOCKWORK_DATABASE_URL: ' ' }).port).toBe(4848)
  })

  it('takes what is given', () => {
    const config = parseConfig(
      {
        TOCKWORK_DATABASE_URL: 'postgresql://hub:pw@db.internal/hub',
        TOCKWORK_DATA_DIR: 'data',
        TOCKWORK_SECRET_KEY: `2:${KEY}, 1:${KEY}`,
        TOCKWORK_TIKTOK_ORIGIN: 'http://localhost:4646/',
        TOCKWORK_HUB_HOST: '::',
        TOCKWORK_HUB_PORT: '0',
        TOCKWORK_PUBLIC_URL: 'https://example.com/hub/',
        TOCKWORK_LOG_LEVEL: 'debug',
        TOCKWORK_TRUST_PROXY: 'yes',
        TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'true',
        TOCKWORK_DATABASE_POOL: '25',
        TOCKWORK_HUB_WORKER: 'off',
      },
      { cwd: '/srv' },
    )
    expect(config).toMatchObject({
      dataDir: '/srv/data',
      tiktokOrigin: 'http://localhost:4646',
      host: '::',
      port: 0,
      publicUrl: 'https://example.com/hub',
      logLevel: 'debug',
      trustProxy: true,
      webhooksToLoopback: true,
      databasePool: 25,
      work: false,
    })
    expect(config.databaseUrl?.reveal()).toBe('postgresql://hub:pw@db.internal/hub')
    expect(inspect(config, { depth: 5 }) + JSON.stringify(config)).not.toMatch(/pw|AAEC/)
  })

  it('says everything that is wrong at once, each with the name of its variable', () => {
    const messages = messagesOf({
      TOCKWORK_DATABASE_URL: 'mysql://hidden@x/y',
      TOCKWORK_SECRET_KEY: 'hidden',
      TOCKWORK_TIKTOK_ORIGIN: 'localhost:4646',
      TOCKWORK_HUB_HOST: 'a b',
      TOCKWORK_HUB_PORT: '70000',
      TOCKWORK_PUBLIC_URL: 'ftp://x',
      TOCKWORK_LOG_LEVEL: 'loud',
      TOCKWORK_TRUST_PROXY: 'maybe',
      TOCKWORK_WEBHOOKS_TO_LOOPBACK: 'here',
      TOCKWORK_DATABASE_POOL: '-1',
    })
    expect(messages.map((message) => message.split(' ')[0])).toEqual([
      'TOCKWORK_DATABASE_URL',
      'TOCKWORK_SECRET_KEY',
      'TOCKWORK_TIKTOK_ORIGIN',
      'TOCKWORK_HUB_HOST',
      'TOCKWORK_HUB_PORT',
      'TOCKWORK_PUBLIC_URL',
      'TOCKWORK_LOG_LEVEL',
      'TOCKWORK_TRUST_PROXY',
      'TOCKWORK_WEBHOOKS_TO_LOOPBACK',
      'TOCKWORK_DATABASE_POOL',
    ])
    expect(messages.join()).not.toContain('hidden')
  })

  it('asks for the master key when the database is not the embedded one', () => {
    const [message, ...more] = messagesOf({ TOCKWORK_DATABASE_URL: 'postgres://x:y@z/w' })
    expect(more).toEqual([])
    expect(message).toMatch(/^TOCKWORK_SECRET_KEY must be set when TOCKWORK_DATABASE_URL is/)
  })

  it.each([
    ['too short', Buffer.alloc(16, 3).toString('base64')],
    ['not base64', '!'.repeat(44)],
    ['not random', Buffer.alloc(32).toString('base64')],
    ['one of several wrong', `1:${KEY} 2:nonsense`],
  ])('refuses a master key that is %s', (_what, key) => {
    expect(messagesOf({ TOCKWORK_SECRET_KEY: key })).toEqual([
      expect.stringMatching(/^TOCKWORK_SECRET_KEY must be/),
    ])
  })
})

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
      kms: {},
      blobs: { kind: 'local', folder: undefined },
      tiktokOrigin: undefined,
      host: '127.0.0.1',
      port: 4848,
      publicUrl: undefined,
      logLevel: 'info',
      trustProxy: false,
      webhooksToLoopback: false,
      blueskyToLoopback: false,
      plcDirectory: undefined,
      databasePool: 10,
      work: true,
      tracing: false,
      searchPath: undefined,
      mediaChecks: 'full',
      ffmpeg: undefined,
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

  const wrapped = (scheme: string) => ({ TOCKWORK_SECRET_KEY: `2:${scheme}:${KEY},1:${KEY}` })

  it('knows the services that unwrap master keys, by their own usual variables', () => {
    const { kms } = parseConfig({
      ...wrapped('awskms'),
      TOCKWORK_KMS_AWS_KEY: 'alias/tockwork',
      AWS_REGION: 'eu-west-1',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/var/run/token',
      TOCKWORK_KMS_VAULT_KEY: 'tock',
      VAULT_ADDR: 'https://vault.internal:8200',
      VAULT_TOKEN: 'hidden',
      TOCKWORK_KMS_GCP_KEY: 'projects/p/locations/global/keyRings/r/cryptoKeys/k',
    })
    expect(kms).toMatchObject({
      awskms: {
        keyId: 'alias/tockwork',
        region: 'eu-west-1',
        credentials: { kind: 'container', tokenFile: '/var/run/token' },
      },
      vault: { address: 'https://vault.internal:8200', key: 'tock', mount: 'transit' },
      gcpkms: { metadataOrigin: 'http://metadata.google.internal' },
    })
    expect(inspect(kms, { depth: 6 })).not.toContain('hidden')
    // The region stands in an ARN already, and an instance has credentials of its own.
    const arn = 'arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
    expect(parseConfig({ TOCKWORK_KMS_AWS_KEY: arn }).kms.awskms).toMatchObject({
      region: 'us-east-2',
      credentials: { kind: 'instance', origin: 'http://169.254.169.254' },
    })
  })

  it.each<[string, Environment, string]>([
    ['a wrapped key and nobody to unwrap it', wrapped('vault:v1'), 'TOCKWORK_SECRET_KEY'],
    ['no region', { TOCKWORK_KMS_AWS_KEY: 'alias/x' }, 'AWS_REGION'],
    ['no key of AWS', { TOCKWORK_KMS_AWS_KEY: 'what ever' }, 'TOCKWORK_KMS_AWS_KEY'],
    [
      'half a pair of credentials',
      { TOCKWORK_KMS_AWS_KEY: 'alias/x', AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID' },
      'AWS_SECRET_ACCESS_KEY',
    ],
    [
      'credentials from anywhere',
      {
        TOCKWORK_KMS_AWS_KEY: 'alias/x',
        AWS_REGION: 'eu-west-1',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/',
      },
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    ],
    ['no Vault', { TOCKWORK_KMS_VAULT_KEY: 'x', VAULT_TOKEN: 'hidden' }, 'VAULT_ADDR'],
    ['no token for Vault', { TOCKWORK_KMS_VAULT_KEY: 'x', VAULT_ADDR: 'https://v' }, 'VAULT_TOKEN'],
    ['no key of Google', { TOCKWORK_KMS_GCP_KEY: 'k' }, 'TOCKWORK_KMS_GCP_KEY'],
  ])('refuses %s, naming the variable', (_what, env, name) => {
    expect(messagesOf(env)).toEqual([expect.stringMatching(new RegExp(`^${name} must`))])
  })
})

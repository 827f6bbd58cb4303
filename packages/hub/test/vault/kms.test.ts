import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { cryptoRandom, ManualClock, Secret } from '@tockwork/kernel'
import { AwsV4Signer } from 'aws4fetch'
import { afterEach, describe, expect, test } from 'vitest'
import { createKeyWrappers, type KmsSettings, type WrapperScheme } from '../../src/vault/kms/index.ts'
import { openMasterKeys } from '../../src/vault/master-keys.ts'
import { newMasterKey } from '../../src/vault/new-master-key.ts'
import { awsSignature, FakeService, Sealer } from './fake-kms.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const clock = new ManualClock(NOW)
const files = new Map<string, string>()
const parts = {
  fetch,
  clock,
  random: cryptoRandom,
  readFile: async (path: string) => files.get(path) ?? readFile(path, 'utf8'),
}
const started: FakeService[] = []
afterEach(() => {
  for (const service of started.splice(0)) service.stop()
})
const start = async (service: FakeService): Promise<FakeService> => {
  started.push(service)
  return service.start()
}

const AWS_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const AWS_ID = 'AKIDEXAMPLE'
const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const SIGNED = 'AWS4-HMAC-SHA256 Credential='

/** AWS KMS: checks the signature before anything else. */
function awsKms(): FakeService {
  const sealer = new Sealer()
  const refuse = (type: string) => ({ status: 400, body: { __type: type, message: 'for acct 111122223333' } })
  return new FakeService((request) => {
    const { authorization = '', host, ...headers } = request.headers
    const [, credential, signed, signature] =
      /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
        authorization,
      ) ?? []
    const names = signed?.split(';') ?? []
    for (const name of ['host', 'x-amz-date', 'x-amz-target'])
      if (!names.includes(name)) return refuse('IncompleteSignatureException')
    const expected = awsSignature(request, {
      secret: AWS_SECRET,
      service: 'kms',
      region: 'eu-west-1',
      signed: names,
    })
    if (credential !== `${AWS_ID}/20261128/eu-west-1/kms/aws4_request` || signature !== expected)
      return refuse('InvalidSignatureException')
    if (headers['content-type'] !== 'application/x-amz-json-1.1' || request.url !== '/' || host === undefined)
      return refuse('UnknownOperationException')
    const body = JSON.parse(request.body)
    if (body.KeyId !== AWS_KEY) return refuse('NotFoundException')
    const aad = JSON.stringify(Object.entries(body.EncryptionContext ?? {}).sort())
    if (headers['x-amz-target'] === 'TrentService.Encrypt')
      return { status: 200, body: { CiphertextBlob: sealer.seal(body.Plaintext, aad), KeyId: AWS_KEY } }
    const plain = sealer.open(body.CiphertextBlob, aad)
    return plain === undefined
      ? refuse('InvalidCiphertextException')
      : { status: 200, body: { Plaintext: plain, KeyId: AWS_KEY } }
  })
}

/** Vault's transit engine, mounted where we say. */
function vaultTransit(token: () => string): FakeService {
  const sealer = new Sealer()
  return new FakeService(({ headers, method, url, body }) => {
    const [, action] = /^\/v1\/team\/transit\/(encrypt|decrypt)\/tock$/.exec(url) ?? []
    if (headers['x-vault-token'] !== token() || headers['x-vault-namespace'] !== 'apps')
      return { status: 403, body: { errors: ['permission denied'] } }
    if (method !== 'POST' || action === undefined) return { status: 404, body: { errors: [] } }
    const asked = JSON.parse(body)
    if (action === 'encrypt')
      return {
        status: 200,
        body: { data: { ciphertext: `vault:v1:${sealer.seal(asked.plaintext, asked.associated_data)}` } },
      }
    const plaintext = sealer.open(String(asked.ciphertext).replace(/^vault:v1:/, ''), asked.associated_data)
    return plaintext === undefined
      ? { status: 400, body: { errors: ['cipher: message authentication failed'] } }
      : { status: 200, body: { data: { plaintext } } }
  })
}

const GCP_KEY = 'projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k'

/** Cloud KMS and the metadata server on one port. */
function gcpKms(): FakeService {
  const sealer = new Sealer()
  return new FakeService(({ headers, url, body }) => {
    if (url === '/computeMetadata/v1/instance/service-accounts/default/token')
      return headers['metadata-flavor'] === 'Google'
        ? { status: 200, body: { access_token: 'ya29.token', expires_in: 3599, token_type: 'Bearer' } }
        : { status: 403, body: '' }
    if (headers.authorization !== 'Bearer ya29.token')
      return { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } }
    const asked = JSON.parse(body)
    if (url === `/v1/${GCP_KEY}:encrypt`)
      return {
        status: 200,
        body: { ciphertext: sealer.seal(asked.plaintext, asked.additionalAuthenticatedData) },
      }
    const plaintext = sealer.open(asked.ciphertext, asked.additionalAuthenticatedData)
    return url !== `/v1/${GCP_KEY}:decrypt` || plaintext === undefined
      ? { status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } }
      : { status: 200, body: { plaintext } }
  })
}

const keys = {
  kind: 'keys',
  accessKeyId: AWS_ID,
  secretAccessKey: new Secret(AWS_SECRET),
  sessionToken: undefined,
} as const
const aws = (origin: string): KmsSettings => ({
  awskms: { keyId: AWS_KEY, region: 'eu-west-1', endpoint: origin, credentials: keys },
})
const vault = (origin: string, token: { value: Secret } | { file: string }): KmsSettings => ({
  vault: { address: origin, key: 'tock', mount: 'team/transit', namespace: 'apps', token },
})
const gcp = (origin: string): KmsSettings => ({
  gcpkms: { key: GCP_KEY, endpoint: origin, metadataOrigin: origin },
})

const SERVICES: [WrapperScheme, () => FakeService, (origin: string) => KmsSettings][] = [
  ['awskms', awsKms, aws],
  ['vault', () => vaultTransit(() => 's.token'), (origin) => vault(origin, { value: new Secret('s.token') })],
  ['gcpkms', gcpKms, gcp],
]

describe.each(SERVICES)('%s', (scheme, make, settingsOf) => {
  test('wraps a new master key, and unwraps it at a start beside one that is not wrapped', async () => {
    const service = await start(make())
    const settings = settingsOf(service.origin)
    const entry = await newMasterKey({ version: 2, scheme }, settings, parts)
    expect(entry).toMatch(new RegExp(`^2:${scheme}:\\S+$`))
    const old = Buffer.from(cryptoRandom.bytes(32)).toString('base64')
    const wrappers = createKeyWrappers(settings, parts)
    const [first, second] = await Promise.all([1, 2].map(() => openMasterKeys(`${entry},1:${old}`, wrappers)))
    expect((await first!.current()).version).toBe(2)
    expect(await first!.versions()).toEqual([2, 1])
    expect((await first!.get(1)).key.export().toString('base64')).toBe(old)
    // Every process gets the same key; its text is never in a request in the clear besides the service's own body.
    expect((await first!.current()).key.equals((await second!.current()).key)).toBe(true)
    const another = await newMasterKey({ version: 2, scheme }, settings, parts)
    expect(another).not.toBe(entry)
  })

  test('refuses a wrapped key under another version, a changed one, and one of another service', async () => {
    const service = await start(make())
    const settings = settingsOf(service.origin)
    const wrappers = createKeyWrappers(settings, parts)
    const entry = await newMasterKey({ version: 2, scheme }, settings, parts)
    const before = service.seen.length
    await expect(openMasterKeys(entry.replace('2:', '3:'), wrappers)).rejects.toMatchObject({
      code: 'kms_refused',
    })
    // A refusal is final: it is not asked again.
    expect(service.seen.length - before).toBe(scheme === 'gcpkms' ? 2 : 1)
    const changed = entry.slice(0, 30) + (entry[30] === 'A' ? 'B' : 'A') + entry.slice(31)
    await expect(openMasterKeys(changed, wrappers)).rejects.toMatchObject({ code: 'kms_refused' })
    await expect(openMasterKeys(entry, {})).rejects.toMatchObject({ code: 'master_key_invalid' })
  })

  test('is asked again while it is unwell, and given up with its name and address when it stays so', async () => {
    const service = await start(make())
    const settings = settingsOf(service.origin)
    const entry = await newMasterKey({ version: 1, scheme }, settings, parts)
    const wrappers = createKeyWrappers(settings, parts)
    const moving = async <T>(work: Promise<T>): Promise<T> => {
      let over = false
      const end = (): void => {
        over = true
      }
      work.then(end, end)
      while (!over) {
        await new Promise((done) => setTimeout(done, 2))
        if (clock.sleeping > 0) await clock.advance(1_000)
      }
      return work
    }
    service.instead.push({ status: 503, body: 'busy' }, { status: 429, body: {} })
    expect(await (await moving(openMasterKeys(entry, wrappers))).versions()).toEqual([1])
    service.instead.push(...Array.from({ length: 8 }, () => ({ status: 500, body: 'x' })))
    await expect(moving(openMasterKeys(entry, wrappers))).rejects.toMatchObject({ code: 'kms_unreachable' })
    service.stop()
    const error = await moving(openMasterKeys(entry, wrappers)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'kms_unreachable', message: expect.stringContaining(service.origin) })
    expect(inspect(error, { depth: 6 })).not.toContain(AWS_SECRET)
    expect(inspect(wrappers, { depth: 6, showHidden: true })).not.toMatch(/wJalr|s\.token/)
  })
})

describe('AWS signatures', () => {
  // Source: AWS's own test suite for Signature Version 4 (aws-sig-v4-test-suite), time, key and results.
  const common = {
    secret: AWS_SECRET,
    service: 'service',
    region: 'us-east-1',
    signed: ['host', 'x-amz-date'],
  }
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' }
  const vectors: [string, 'GET' | 'POST', string, string][] = [
    ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
  ]

  test.each(vectors)('%s: the judge and the signer agree with AWS', async (_name, method, url, expected) => {
    expect(awsSignature({ method, url, headers, body: '' }, common)).toBe(expected)
    const signed = await new AwsV4Signer({
      method,
      url: `https://example.amazonaws.com${url}`,
      accessKeyId: AWS_ID,
      secretAccessKey: AWS_SECRET,
      service: 'service',
      region: 'us-east-1',
      datetime: '20150830T123600Z',
    }).sign()
    expect(signed.headers.get('authorization')).toBe(
      `${SIGNED}${AWS_ID}/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${expected}`,
    )
  })

  test('a wrong secret, another region and a changed body are refused by the judge', async () => {
    const service = await start(awsKms())
    const wrong = { ...keys, secretAccessKey: new Secret('wrong') }
    const settings = {
      awskms: { keyId: AWS_KEY, region: 'eu-west-1', endpoint: service.origin, credentials: wrong },
    }
    await expect(newMasterKey({ version: 1, scheme: 'awskms' }, settings, parts)).rejects.toMatchObject({
      message: 'AWS KMS answered 400: InvalidSignatureException',
    })
    const [seen] = service.seen
    const signed = ['host', 'x-amz-date', 'x-amz-target']
    const key = { secret: AWS_SECRET, service: 'kms', region: 'eu-west-1', signed }
    expect(awsSignature(seen!, key)).not.toBe(awsSignature({ ...seen!, body: '{}' }, key))
  })

  test('credentials come from a container’s agent, or from the instance', async () => {
    const kms = await start(awsKms())
    const answer = { AccessKeyId: AWS_ID, SecretAccessKey: AWS_SECRET, Token: 'session' }
    const agent = await start(
      new FakeService(({ headers, url, method }) => {
        if (url === '/creds')
          return headers.authorization === 'agent-token'
            ? { status: 200, body: answer }
            : { status: 403, body: {} }
        if (url === '/latest/api/token' && method === 'PUT')
          return headers['x-aws-ec2-metadata-token-ttl-seconds'] === '300'
            ? { status: 200, body: 'imds' }
            : { status: 400, body: '' }
        if (headers['x-aws-ec2-metadata-token'] !== 'imds') return { status: 401, body: '' }
        const list = '/latest/meta-data/iam/security-credentials/'
        if (url === list) return { status: 200, body: 'hub-role\n' }
        return url === `${list}hub-role` ? { status: 200, body: answer } : { status: 404, body: '' }
      }),
    )
    files.set('/token', 'agent-token\n')
    const sources = [
      { kind: 'container', url: `${agent.origin}/creds`, token: undefined, tokenFile: '/token' },
      {
        kind: 'container',
        url: `${agent.origin}/creds`,
        token: new Secret('agent-token'),
        tokenFile: undefined,
      },
      { kind: 'instance', origin: agent.origin },
    ] as const
    for (const credentials of sources) {
      const settings = { awskms: { keyId: AWS_KEY, region: 'eu-west-1', endpoint: kms.origin, credentials } }
      expect(await newMasterKey({ version: 1, scheme: 'awskms' }, settings, parts)).toMatch(/^1:awskms:/)
      expect(kms.seen.at(-1)?.headers['x-amz-security-token']).toBe('session')
    }
  })
})

test('a Vault token is read from its file at each start, as an agent replaces it', async () => {
  let token = 'first'
  const service = await start(vaultTransit(() => token))
  files.set('/vault-token', 'first\n')
  const settings = vault(service.origin, { file: '/vault-token' })
  const entry = await newMasterKey({ version: 1, scheme: 'vault' }, settings, parts)
  token = 'second'
  const wrappers = createKeyWrappers(settings, parts)
  await expect(openMasterKeys(entry, wrappers)).rejects.toThrow('Vault answered 403: permission denied')
  files.set('/vault-token', 'second')
  await openMasterKeys(entry, wrappers)
  await expect(newMasterKey({ version: 1, scheme: 'gcpkms' }, settings, parts)).rejects.toThrow(
    'TOCKWORK_KMS_GCP_KEY',
  )
})

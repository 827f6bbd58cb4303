/** Where uploaded files are kept, out of the environment. */
import { isAbsolute } from 'node:path'
import { type Clock, type Random, Secret, UsageError } from '@tockwork/kernel'
import type { Log } from '../observability/log.ts'
import {
  type AwsCredentialSource,
  type AwsCredentials,
  awsCredentials,
} from '../vault/kms/aws-credentials.ts'
import { awsCredentialSource, type KmsReader } from '../vault/kms/settings.ts'
import { type BlobStore, BlobStoreUnusableError } from './blob-store.ts'
import { LocalBlobStore } from './local-blob-store.ts'
import { S3BlobStore } from './s3/s3-blob-store.ts'
import { S3Client } from './s3/s3-client.ts'

export type BlobSettings =
  /** `folder` absent: in the data folder. */
  { kind: 'local'; folder: string | undefined } | ({ kind: 's3' } & S3Settings)

export interface S3Settings {
  bucket: string
  /** Empty, or ending in a slash. */
  prefix: string
  region: string
  endpoint: string | undefined
  pathStyle: boolean
  credentials: AwsCredentialSource
  /** At the service; its own default unless told. */
  encryption: { algorithm: 'AES256' } | { algorithm: 'aws:kms'; keyId: string | undefined } | undefined
}

export interface BlobStoreParts {
  clock: Clock
  random: Random
  fetch: typeof fetch
  readFile: (path: string) => Promise<string>
  /** Where local blobs go unless settings say otherwise. */
  localFolder: string
  scratchFolder: string
}

/** Source: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. */
const BUCKET = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/
const PREFIX = /^[\w.-]+(?:\/[\w.-]+)*$/
/** An agent's credentials live for hours and are renewed minutes before their end. */
const CREDENTIALS_KEPT_MS = 60_000

/**
 * `TOCKWORK_BLOBS` and what belongs to it: `TOCKWORK_S3_ENDPOINT`, `TOCKWORK_S3_REGION`, `TOCKWORK_S3_URL_STYLE`,
 * `TOCKWORK_S3_ENCRYPTION`, `TOCKWORK_S3_ACCESS_KEY_ID` and `TOCKWORK_S3_SECRET_ACCESS_KEY`, or AWS's own variables.
 */
export function readBlobSettings(reader: KmsReader): BlobSettings {
  const { read, wrong } = reader
  const given = read('TOCKWORK_BLOBS')
  const none: BlobSettings = { kind: 'local', folder: undefined }
  if (given === undefined) return none
  if (isAbsolute(given)) return { kind: 'local', folder: given }
  const [, bucket, path] = /^s3:\/\/([^/]+)(?:\/(.*?)\/?)?$/.exec(given) ?? []
  const prefix = path ?? ''
  if (bucket === undefined || !BUCKET.test(bucket) || (prefix !== '' && !PREFIX.test(prefix))) {
    wrong('TOCKWORK_BLOBS', 'must be s3://bucket/prefix or the absolute path of a folder')
    return none
  }
  const endpoint = endpointOf(reader)
  const region =
    read('TOCKWORK_S3_REGION') ??
    read('AWS_REGION') ??
    read('AWS_DEFAULT_REGION') ??
    // Services other than AWS take any, and this one is what their pages name.
    (endpoint === undefined ? undefined : 'us-east-1')
  if (region === undefined || !/^[a-z0-9-]{1,40}$/.test(region))
    wrong('TOCKWORK_S3_REGION', 'must name the region of the bucket, such as eu-west-1')
  const style = read('TOCKWORK_S3_URL_STYLE')
  if (style !== undefined && style !== 'path' && style !== 'virtual')
    wrong('TOCKWORK_S3_URL_STYLE', 'must be path (https://host/bucket) or virtual (https://bucket.host)')
  const credentials = credentialSource(reader)
  if (credentials === undefined) return none
  return {
    kind: 's3',
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: region ?? '',
    endpoint,
    // A dot in the name does not fit the one level that a wildcard certificate covers.
    pathStyle: style === undefined ? endpoint !== undefined || bucket.includes('.') : style === 'path',
    credentials,
    encryption: encryptionOf(reader),
  }
}

export function createBlobStore(settings: BlobSettings, parts: BlobStoreParts): BlobStore {
  const { clock, random, fetch } = parts
  if (settings.kind === 'local') return new LocalBlobStore(settings.folder ?? parts.localFolder, random)
  const { bucket, region, endpoint, pathStyle, prefix, encryption } = settings
  let kept: { until: number; credentials: Promise<AwsCredentials> } | undefined
  const credentials = (): Promise<AwsCredentials> => {
    const now = clock.now()
    if (kept === undefined || kept.until <= now) {
      const asked = awsCredentials(settings.credentials, parts)
      kept = { until: now + CREDENTIALS_KEPT_MS, credentials: asked }
      asked.catch(() => {
        kept = undefined
      })
    }
    return kept.credentials
  }
  return new S3BlobStore({
    client: new S3Client({ bucket, region, endpoint, pathStyle, credentials, fetch, clock, random }),
    prefix,
    objectHeaders: encryptionHeaders(encryption),
    scratchFolder: parts.scratchFolder,
    random,
  })
}

/**
 * Looks whether files can be kept there, before anybody brings one. A store that is away at the moment is no reason not to
 * start: that is logged, and passes.
 * @throws {UsageError} naming the variable
 */
export async function checkBlobStore(settings: BlobSettings, blobs: BlobStore, log: Log): Promise<void> {
  try {
    await blobs.check()
  } catch (error) {
    if (!(error instanceof BlobStoreUnusableError)) {
      log.warn({ err: error }, 'The file store does not answer; uploads fail until it does')
      return
    }
    const variable =
      settings.kind === 'local' && settings.folder === undefined ? 'TOCKWORK_DATA_DIR' : 'TOCKWORK_BLOBS'
    const more =
      settings.kind === 's3'
        ? ` Look at the bucket's name (${settings.bucket}), TOCKWORK_S3_REGION (${settings.region}), TOCKWORK_S3_ENDPOINT and the keys.`
        : ''
    throw new UsageError(`${variable}: files cannot be kept there: ${error.message}.${more}`, {
      code: 'blob_store_unusable',
      field: variable,
      cause: error,
    })
  }
}

function endpointOf({ read, wrong }: KmsReader): string | undefined {
  const given = read('TOCKWORK_S3_ENDPOINT')
  if (given === undefined) return undefined
  const url = URL.parse(given)
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== ''
  )
    return wrong(
      'TOCKWORK_S3_ENDPOINT',
      'must be an origin such as https://s3.example.com, with nothing after the port',
    )
  return url.origin
}

/** Keys for files of their own, so that the vault's need not be able to read them; AWS's usual ones otherwise. */
function credentialSource(reader: KmsReader): AwsCredentialSource | undefined {
  const { read, wrong } = reader
  const accessKeyId = read('TOCKWORK_S3_ACCESS_KEY_ID')
  const secret = read('TOCKWORK_S3_SECRET_ACCESS_KEY')
  if (accessKeyId === undefined && secret === undefined) return awsCredentialSource(reader)
  if (accessKeyId === undefined)
    return wrong('TOCKWORK_S3_ACCESS_KEY_ID', 'must be set when TOCKWORK_S3_SECRET_ACCESS_KEY is')
  if (secret === undefined)
    return wrong('TOCKWORK_S3_SECRET_ACCESS_KEY', 'must be set when TOCKWORK_S3_ACCESS_KEY_ID is')
  return { kind: 'keys', accessKeyId, secretAccessKey: new Secret(secret), sessionToken: undefined }
}

function encryptionOf({ read, wrong }: KmsReader): S3Settings['encryption'] {
  const given = read('TOCKWORK_S3_ENCRYPTION')
  if (given === undefined) return undefined
  if (given === 'AES256') return { algorithm: 'AES256' }
  const [, keyId] = /^aws:kms(?::([\w:/-]+))?$/.exec(given) ?? [undefined, null]
  if (keyId === null) return wrong('TOCKWORK_S3_ENCRYPTION', 'must be AES256, aws:kms or aws:kms:key-id')
  return { algorithm: 'aws:kms', keyId }
}

function encryptionHeaders(encryption: S3Settings['encryption']): Record<string, string> {
  if (encryption === undefined) return {}
  const algorithm = { 'x-amz-server-side-encryption': encryption.algorithm }
  if (encryption.algorithm === 'AES256' || encryption.keyId === undefined) return algorithm
  return { ...algorithm, 'x-amz-server-side-encryption-aws-kms-key-id': encryption.keyId }
}

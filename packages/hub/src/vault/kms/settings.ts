/** How the key management services are reached, out of the environment: their own usual variables, and a few of ours. */
import { Secret } from '@tockwork/kernel'
import type { AwsCredentialSource } from './aws-credentials.ts'
import { AwsKms, type AwsKmsParts, type AwsKmsSettings } from './aws-kms.ts'
import { GcpKms, type GcpKmsSettings } from './gcp-kms.ts'
import type { KeyWrappers, WrapperScheme } from './key-wrapper.ts'
import { VaultTransit, type VaultTransitSettings } from './vault-transit.ts'

export interface KmsSettings {
  awskms?: AwsKmsSettings
  vault?: VaultTransitSettings
  gcpkms?: GcpKmsSettings
}

/** The variable that turns a service on. */
export const KMS_VARIABLE: Readonly<Record<WrapperScheme, string>> = {
  awskms: 'TOCKWORK_KMS_AWS_KEY',
  vault: 'TOCKWORK_KMS_VAULT_KEY',
  gcpkms: 'TOCKWORK_KMS_GCP_KEY',
}

export interface KmsReader {
  /** A variable's trimmed value; empty counts as absent. */
  read: (name: string) => string | undefined
  /** Notes what is wrong with a variable. */
  wrong: (name: string, message: string) => undefined
}

/** Only what is turned on is looked at. */
export function readKmsSettings(reader: KmsReader): KmsSettings {
  const settings: KmsSettings = {}
  const aws = awsSettings(reader)
  if (aws !== undefined) settings.awskms = aws
  const vault = vaultSettings(reader)
  if (vault !== undefined) settings.vault = vault
  const gcp = gcpSettings(reader)
  if (gcp !== undefined) settings.gcpkms = gcp
  return settings
}

export function createKeyWrappers({ awskms, vault, gcpkms }: KmsSettings, parts: AwsKmsParts): KeyWrappers {
  return {
    ...(awskms === undefined ? {} : { awskms: new AwsKms(awskms, parts) }),
    ...(vault === undefined ? {} : { vault: new VaultTransit(vault, parts) }),
    ...(gcpkms === undefined ? {} : { gcpkms: new GcpKms(gcpkms, parts) }),
  }
}

const AWS_KEY =
  /^(?:arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/[\w/-]+|alias\/[\w/-]+|(?:mrk-)?[0-9a-f-]{32,36})$/

function awsSettings(reader: KmsReader): AwsKmsSettings | undefined {
  const { read, wrong } = reader
  const keyId = read(KMS_VARIABLE.awskms)
  if (keyId === undefined) return undefined
  const named = AWS_KEY.exec(keyId)
  if (named === null) return wrong(KMS_VARIABLE.awskms, 'must be the ARN, the id or the alias/… of a KMS key')
  const region = named[1] ?? read('AWS_REGION') ?? read('AWS_DEFAULT_REGION')
  if (region === undefined || !/^[a-z0-9-]+$/.test(region))
    return wrong('AWS_REGION', `must name the region of the key in ${KMS_VARIABLE.awskms}, such as eu-west-1`)
  const credentials = awsCredentialSource(reader)
  if (credentials === undefined) return undefined
  const endpointVariable =
    read('AWS_ENDPOINT_URL_KMS') === undefined ? 'AWS_ENDPOINT_URL' : 'AWS_ENDPOINT_URL_KMS'
  return { keyId, region, endpoint: origin(reader, endpointVariable), credentials }
}

const ECS_AGENT = 'http://169.254.170.2'
const INSTANCE = 'http://169.254.169.254'
/** Agents that may be asked without TLS; the rule of AWS's own clients. */
const PLAIN_AGENTS = new Set([
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::23]',
  'localhost',
  '127.0.0.1',
  '[::1]',
])

export function awsCredentialSource(reader: KmsReader): AwsCredentialSource | undefined {
  const { read, wrong } = reader
  const accessKeyId = read('AWS_ACCESS_KEY_ID')
  if (accessKeyId !== undefined) {
    const secret = read('AWS_SECRET_ACCESS_KEY')
    if (secret === undefined) return wrong('AWS_SECRET_ACCESS_KEY', 'must be set when AWS_ACCESS_KEY_ID is')
    const session = read('AWS_SESSION_TOKEN')
    return {
      kind: 'keys',
      accessKeyId,
      secretAccessKey: new Secret(secret),
      sessionToken: session === undefined ? undefined : new Secret(session),
    }
  }
  const relative = read('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
  const full = relative === undefined ? read('AWS_CONTAINER_CREDENTIALS_FULL_URI') : `${ECS_AGENT}${relative}`
  if (full !== undefined) {
    const url = URL.parse(full)
    if (url === null || !(url.protocol === 'https:' || PLAIN_AGENTS.has(url.hostname)))
      return wrong('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'must be https, or an agent on this machine')
    const token = read('AWS_CONTAINER_AUTHORIZATION_TOKEN')
    return {
      kind: 'container',
      url: url.href,
      token: token === undefined ? undefined : new Secret(token),
      tokenFile: read('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'),
    }
  }
  const instance = origin(reader, 'AWS_EC2_METADATA_SERVICE_ENDPOINT')
  return { kind: 'instance', origin: instance ?? INSTANCE }
}

function vaultSettings(reader: KmsReader): VaultTransitSettings | undefined {
  const { read, wrong } = reader
  const key = read(KMS_VARIABLE.vault)
  if (key === undefined) return undefined
  if (!/^[\w.-]+$/.test(key)) return wrong(KMS_VARIABLE.vault, 'must be the name of a transit key')
  const mount = read('TOCKWORK_KMS_VAULT_MOUNT') ?? 'transit'
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(mount))
    return wrong('TOCKWORK_KMS_VAULT_MOUNT', 'must be the path of the transit engine, such as transit')
  const address = origin(reader, 'VAULT_ADDR')
  if (address === undefined)
    return read('VAULT_ADDR') === undefined
      ? wrong('VAULT_ADDR', `must be set when ${KMS_VARIABLE.vault} is: https://vault.example.com:8200`)
      : undefined
  const file = read('TOCKWORK_KMS_VAULT_TOKEN_FILE')
  const token = read('VAULT_TOKEN')
  if (file === undefined && token === undefined)
    return wrong(
      'VAULT_TOKEN',
      'must be set, or TOCKWORK_KMS_VAULT_TOKEN_FILE to where an agent keeps a token',
    )
  return {
    address,
    key,
    mount,
    namespace: read('VAULT_NAMESPACE'),
    token: file === undefined ? { value: new Secret(token ?? '') } : { file },
  }
}

const GCP_KEY = /^projects\/[\w:.-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/

function gcpSettings(reader: KmsReader): GcpKmsSettings | undefined {
  const { read, wrong } = reader
  const key = read(KMS_VARIABLE.gcpkms)
  if (key === undefined) return undefined
  if (!GCP_KEY.test(key))
    return wrong(KMS_VARIABLE.gcpkms, 'must be projects/…/locations/…/keyRings/…/cryptoKeys/…')
  const host = read('GCE_METADATA_HOST') ?? 'metadata.google.internal'
  if (!/^[\w.:[\]-]+$/.test(host)) return wrong('GCE_METADATA_HOST', 'must be a host, with a port if need be')
  const endpoint = origin(reader, 'TOCKWORK_KMS_GCP_ENDPOINT') ?? 'https://cloudkms.googleapis.com'
  return { key, endpoint, metadataOrigin: `http://${host}` }
}

function origin({ read, wrong }: KmsReader, name: string): string | undefined {
  const given = read(name)
  if (given === undefined) return undefined
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    return wrong(name, 'must be an origin such as https://kms.example.com, with nothing after the port')
  return url.origin
}

/**
 * Where AWS credentials come from when none are configured: the container's agent (ECS, EKS Pod Identity) or the instance's
 * metadata. Sources: docs.aws.amazon.com/sdkref/latest/guide (feature-container-credentials, feature-imds-credentials).
 */
import { Secret } from '@tockwork/kernel'
import type { AwsKmsParts } from './aws-kms.ts'
import { callJsonService, callService, textOf } from './service-call.ts'

export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: Secret
  sessionToken: Secret | undefined
}

export type AwsCredentialSource =
  | ({ kind: 'keys' } & AwsCredentials)
  /** `token` is sent as `Authorization`; a file is read anew each time, since its content is replaced. */
  | { kind: 'container'; url: string; token: Secret | undefined; tokenFile: string | undefined }
  | { kind: 'instance'; origin: string }

const TOKEN_LIVES_SECONDS = '300'

/** Asked for anew each time: a master key is unwrapped once a start, and these lapse. @throws {KmsError} */
export async function awsCredentials(
  source: AwsCredentialSource,
  parts: AwsKmsParts,
): Promise<AwsCredentials> {
  if (source.kind === 'keys') return source
  if (source.kind === 'container') {
    const service = 'The container’s credential agent'
    const { url, token, tokenFile } = source
    const authorization = tokenFile === undefined ? token?.reveal() : (await parts.readFile(tokenFile)).trim()
    const headers = authorization === undefined ? {} : { authorization }
    return credentialsOf(service, await callJsonService({ service, url, method: 'GET', headers }, parts))
  }
  const service = 'The instance’s metadata service'
  const base = `${source.origin}/latest`
  const token = await callService(
    {
      service,
      url: `${base}/api/token`,
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_LIVES_SECONDS },
    },
    parts,
  )
  const headers = { 'x-aws-ec2-metadata-token': token }
  const list = `${base}/meta-data/iam/security-credentials/`
  const role = (await callService({ service, url: list, method: 'GET', headers }, parts)).trim()
  const url = `${list}${encodeURIComponent(role)}`
  return credentialsOf(service, await callJsonService({ service, url, method: 'GET', headers }, parts))
}

function credentialsOf(service: string, answer: Readonly<Record<string, unknown>>): AwsCredentials {
  return {
    accessKeyId: textOf(service, answer, 'AccessKeyId'),
    secretAccessKey: new Secret(textOf(service, answer, 'SecretAccessKey')),
    sessionToken: new Secret(textOf(service, answer, 'Token')),
  }
}

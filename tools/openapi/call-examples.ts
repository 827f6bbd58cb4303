/** A call of an endpoint that runs against the emulator, by the command and by curl, from the first sample of its contract. */
import type { Endpoint } from '@tockwork/contracts'
import { endpointExamples } from '@tockwork/contracts/examples'
import { stringifyJson } from '@tockwork/kernel'

const EMULATOR = 'http://localhost:4646'
/** Clients of the emulator's default world. */
const APPS = {
  user: { key: 'tw-demo-app', secret: 'tw-demo-secret' },
  client: { key: 'tw-research-app', secret: 'tw-research-secret' },
} as const
/** What a sample leaves to the reader, and what it is in the emulator's world. */
const STAND_INS: Readonly<Record<string, string>> = {
  client_key: APPS.user.key,
  client_secret: APPS.user.secret,
  redirect_uri: 'https://example.com/callback',
}

const quoted = (text: string): string =>
  /^[\w./:,=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** Lines of Markdown; none for what no program calls, or has no sample. */
export function callExample(endpoint: Endpoint): string[] {
  const { id, method, path, auth, encoding } = endpoint
  if (auth === 'session' || auth === 'upload-url') return []
  const [sample] = endpointExamples[id] ?? []
  if (sample === undefined) return []
  const query = Object.entries(sample.query ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ])
  const search = query.length === 0 ? '' : `?${new URLSearchParams(query)}`
  const address = quoted(`${EMULATOR}${path}${search}`)
  const lines: string[] = []
  if (encoding === 'form') {
    const form = Object.entries((sample.request ?? {}) as Record<string, unknown>).map(([name, value]) =>
      standIn(endpoint, name, String(value)),
    )
    lines.push(
      [
        'curl -sS',
        address,
        ...form.map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`),
      ].join(' '),
    )
  } else {
    const body = sample.request === undefined ? undefined : quoted(stringifyJson(sample.request))
    const call = [
      `npx tockwork call ${id}`,
      ...(auth === 'client' ? [`--app ${APPS.client.key}`] : []),
      ...query.map(([name, value]) => `--query ${quoted(`${name}=${value}`)}`),
      ...(body === undefined ? [] : [`--json ${body}`]),
    ]
    const curl = [
      'curl -sS',
      ...(method === 'GET' || body !== undefined ? [] : [`-X ${method}`]),
      address,
      ...(auth === 'none'
        ? []
        : [`-H "Authorization: Bearer $${auth === 'client' ? 'CLIENT_TOKEN' : 'TOKEN'}"`]),
      ...(method === 'GET' || encoding === 'multipart'
        ? []
        : ["-H 'Content-Type: application/json; charset=UTF-8'"]),
      ...(encoding === 'multipart' ? partsOf(sample.request) : body === undefined ? [] : [`-d ${body}`]),
    ]
    lines.push(call.join(' '), curl.join(' '))
  }
  return ['', '```sh', ...lines, '```']
}

function partsOf(request: unknown): string[] {
  return Object.entries((request ?? {}) as Record<string, unknown>).map(
    ([name, value]) => `--form-string ${quoted(`${name}=${value}`)}`,
  )
}

/** What has to be the reader's own is the emulator's. */
function standIn({ id }: Endpoint, name: string, value: string): [string, string] {
  if (id === 'oauth.clientToken' && (name === 'client_key' || name === 'client_secret'))
    return [name, name === 'client_key' ? APPS.client.key : APPS.client.secret]
  return [name, STAND_INS[name] ?? value]
}

import { redact, TransportError } from '@tockwork/kernel'

/** Failures that happen before the first byte of a request can leave. */
const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  // Bun and Deno.
  'ConnectionRefused',
  'FailedToOpenSocket',
])
/** OpenSSL's words for a certificate that did not pass: the handshake ends before the request. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS_|ERR_SSL_/

/** Turns whatever a runtime throws into a `TransportError` that says whether the request may have arrived. */
export function connectionFailure(error: unknown, url: string): TransportError {
  if (error instanceof TransportError) return error
  const code = codeOf(error)
  const refused = code !== undefined && CERTIFICATE.test(code)
  const reason = error instanceof Error ? error.message : String(error)
  return new TransportError(
    `No answer from ${hostOf(url)}: ${redact(reason)}${code === undefined ? '' : ` (${code})`}`,
    {
      code: refused ? 'certificate_refused' : 'no_answer',
      retry: refused ? 'never' : 'now',
      sent: refused || (code !== undefined && NEVER_LEFT.has(code)) ? 'no' : 'maybe',
      action: refused
        ? 'The certificate is not trusted here. Behind an intercepting proxy set NODE_EXTRA_CA_CERTS to its CA file.'
        : 'Check the network, DNS and proxy settings, then try again.',
      cause: error,
    },
  )
}

/** Why a connection failed, from the error, its causes, or the attempts that a dual-stack connect made. */
function codeOf(error: unknown): string | undefined {
  let here: unknown = error
  for (let depth = 0; depth < 4 && here !== null && typeof here === 'object'; depth += 1) {
    const code = 'code' in here && typeof here.code === 'string' ? here.code : undefined
    if (code !== undefined) return code
    if (here instanceof AggregateError) here = here.errors[0]
    else here = 'cause' in here ? here.cause : undefined
  }
  return undefined
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the server'
}

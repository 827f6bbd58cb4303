import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Log } from './log.ts'

/** A tracing SDK that runs, or none. */
export interface Tracing {
  /** Sends what is left. */
  stop(): Promise<void>
}

interface Sdk {
  start(): void
  shutdown(): Promise<void>
}

const SDK = '@opentelemetry/sdk-node'

/**
 * Starts OpenTelemetry's SDK, which reads the standard `OTEL_*` variables by itself. It is not installed along: 36 MB that
 * most do without. Spans come from the HTTP server here and from the job queue; a job continues its request's trace.
 * @param load gives the SDK's module
 */
export async function startTracing(
  log: Log,
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Tracing> {
  let module: { NodeSDK: new (options: { serviceName: string }) => Sdk }
  try {
    module = (await load(SDK)) as typeof module
  } catch (error) {
    log.warn(
      { err: error },
      `Traces are asked for, but ${SDK} is not installed beside Tockwork: npm install ${SDK}`,
    )
    return { stop: () => Promise.resolve() }
  }
  const sdk = new module.NodeSDK({ serviceName: 'tockwork-hub' })
  sdk.start()
  return { stop: () => sdk.shutdown() }
}

/** A span for a request, continuing the caller's trace; `run` gets on with the request inside it. */
export function traceRequest(
  request: { method: string; route: string; headers: Readonly<Record<string, unknown>> },
  run: () => void,
): Span {
  const parent = propagation.extract(context.active(), request.headers)
  const span = trace.getTracer('tockwork-hub').startSpan(
    `${request.method} ${request.route}`,
    {
      kind: SpanKind.SERVER,
      // The address itself stays out: a query can hold a code or a token.
      attributes: { 'http.request.method': request.method, 'http.route': request.route },
    },
    parent,
  )
  context.with(trace.setSpan(parent, span), run)
  return span
}

export function endRequestSpan(span: Span, status: number, operation: string): void {
  span.setAttributes({ 'http.response.status_code': status, 'tockwork.operation': operation })
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

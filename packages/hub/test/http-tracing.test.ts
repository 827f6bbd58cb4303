import { type Attributes, type Span, type SpanOptions, trace } from '@opentelemetry/api'
import { defineOperation, problem } from '@tockwork/api'
import { ManualClock, seededRandom } from '@tockwork/kernel'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Handlers } from '../src/http/ports.ts'
import { createServer } from '../src/http/server.ts'
import { silentLog } from '../src/observability/log.ts'
import { createLogger } from '../src/observability/logger.ts'
import { Metrics } from '../src/observability/metrics.ts'
import { startTracing } from '../src/observability/tracing.ts'

afterEach(() => trace.disable())

interface Recorded {
  name: string
  attributes: Attributes
  ended: boolean
  failed: boolean
}

/** A tracer that writes down what it is told, in place of an SDK. */
function record(): Recorded[] {
  const spans: Recorded[] = []
  const startSpan = (name: string, options: SpanOptions = {}): Span => {
    const recorded: Recorded = { name, attributes: { ...options.attributes }, ended: false, failed: false }
    spans.push(recorded)
    const span: Span = {
      spanContext: () => ({ traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '1', traceFlags: 1 }),
      setAttribute: () => span,
      setAttributes: (attributes) => {
        Object.assign(recorded.attributes, attributes)
        return span
      },
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: () => {
        recorded.failed = true
        return span
      },
      updateName: () => span,
      end: () => {
        recorded.ended = true
      },
      isRecording: () => true,
      recordException: () => undefined,
    }
    return span
  }
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan,
      startActiveSpan: () => {
        throw new Error('not used here')
      },
    }),
  })
  return spans
}

const get = defineOperation({
  id: 'things.get',
  method: 'GET',
  path: '/v1/things/{thing_id}',
  summary: 'Read a thing',
  scope: 'public',
  params: z.object({ thing_id: z.string() }),
  query: z.object({ code: z.string() }),
  answer: z.object({ id: z.string() }),
  status: 200,
  errors: {},
})

const OPERATIONS = [get] as const

const handlers: Handlers<typeof OPERATIONS> = {
  'things.get': async ({ params }) => {
    if (params.thing_id === 'broken') throw problem('internal')
    return { id: params.thing_id }
  },
}

describe('traces', () => {
  it('have a span for each request, by route, without its address', async () => {
    const spans = record()
    const server = await createServer({
      operations: OPERATIONS,
      handlers,
      access: { authenticate: () => Promise.resolve(undefined) },
      idempotency: {
        begin: () => Promise.resolve({ kind: 'first' }),
        store: () => Promise.resolve(),
        release: () => Promise.resolve(),
      },
      metrics: new Metrics({ process: false }),
      log: createLogger({ level: 'silent' }),
      clock: new ManualClock(),
      random: seededRandom(1),
      checks: {},
      version: '0.0.0',
    })
    await server.inject('/v1/things/one?code=hidden')
    await server.inject('/v1/things/broken?code=hidden')
    await server.close()
    const attributes = {
      'http.request.method': 'GET',
      'http.route': '/v1/things/:thing_id',
      'tockwork.operation': 'things.get',
    }
    const name = 'GET /v1/things/:thing_id'
    expect(spans).toEqual([
      { name, attributes: { ...attributes, 'http.response.status_code': 200 }, ended: true, failed: false },
      { name, attributes: { ...attributes, 'http.response.status_code': 500 }, ended: true, failed: true },
    ])
    expect(JSON.stringify(spans)).not.toContain('hidden')
  })

  it('are sent by the SDK where it is installed; where it is not, the hub says how to get it and goes on', async () => {
    const did: string[] = []
    class NodeSDK {
      constructor({ serviceName }: { serviceName: string }) {
        did.push(serviceName)
      }
      start(): void {
        did.push('start')
      }
      shutdown(): Promise<void> {
        did.push('shutdown')
        return Promise.resolve()
      }
    }
    const tracing = await startTracing(silentLog, () => Promise.resolve({ NodeSDK }))
    await tracing.stop()
    expect(did).toEqual(['tockwork-hub', 'start', 'shutdown'])

    const warned: string[] = []
    const log = { ...silentLog, warn: (_detail: object, message: string) => void warned.push(message) }
    await (await startTracing(log, () => Promise.reject(new Error('Cannot find package')))).stop()
    expect(warned).toEqual([expect.stringContaining('npm install @opentelemetry/sdk-node')])
  })
})

/** Load over raw sockets: costs a fraction of what the server under test does, so that it is not measured itself. */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { quantile } from '../measurement.ts'
import { answerQuestions } from '../worker.ts'

export interface LoadQuestion {
  port: number
  connections: number
  seconds: number
  /** Whole request, as it goes over the wire. */
  request: string
  /**
   * Instead of `request`: a form to which each connection adds its own refresh token, the latest it was given, in the
   * manner of clients that keep what a refresh hands them.
   */
  refresh?: { head: string; form: string; tokens: string[] }
}

export interface LoadAnswer {
  perSecond: number
  p50Ms: number
  p99Ms: number
  maxMs: number
  requests: number
  /** What the connections of a refreshing load hold at the end. */
  tokens: string[]
}

const HEAD_END = Buffer.from('\r\n\r\n')
const MAX_SAMPLES = 2_000_000

async function load(question: LoadQuestion): Promise<LoadAnswer> {
  const { port, connections, seconds, refresh } = question
  const tokens = [...(refresh?.tokens ?? [])]
  const samples = new Float64Array(MAX_SAMPLES)
  let count = 0
  let problem: Error | undefined
  const sockets: Socket[] = []
  const started = performance.now()
  const until = started + seconds * 1000

  const plain = Buffer.from(question.request)
  const requestOf = (index: number): Buffer | string => {
    if (refresh === undefined) return plain
    const body = `${refresh.form}${encodeURIComponent(tokens[index] ?? '')}`
    return `${refresh.head}content-length: ${body.length}\r\n\r\n${body}`
  }

  const work = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      socket.setNoDelay(true)
      let held: Buffer = Buffer.alloc(0)
      let sentAt = 0
      const next = (): void => {
        sentAt = performance.now()
        if (sentAt >= until || problem !== undefined) {
          socket.destroy()
          resolve()
          return
        }
        socket.write(requestOf(index))
      }
      socket.once('connect', next)
      socket.on('data', (bytes: Buffer) => {
        held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
        const headEnd = held.indexOf(HEAD_END)
        if (headEnd < 0) return
        const head = held.toString('latin1', 0, headEnd)
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
        if (Number.isNaN(length)) return reject(new Error(`no content-length: ${head}`))
        const whole = headEnd + 4 + length
        if (held.length < whole) return
        if (!/^HTTP\/1\.1 20[01] /.test(head))
          return reject(new Error(held.toString('utf8', 0, whole).slice(0, 600)))
        if (count < MAX_SAMPLES) samples[count] = performance.now() - sentAt
        count += 1
        if (refresh !== undefined) {
          const body = held.toString('utf8', headEnd + 4, whole)
          const token = /"refresh_token":"([^"]+)"/.exec(body)?.[1]
          if (token === undefined) return reject(new Error(body.slice(0, 600)))
          tokens[index] = token
        }
        held = held.length === whole ? Buffer.alloc(0) : held.subarray(whole)
        next()
      })
      socket.once('error', reject)
      socket.once('close', () => resolve())
    })

  try {
    await Promise.all(
      Array.from({ length: connections }, (_, index) =>
        work(index).catch((error: Error) => {
          problem = error
          throw error
        }),
      ),
    )
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  const tookSeconds = (performance.now() - started) / 1000
  const taken = samples.subarray(0, Math.min(count, MAX_SAMPLES))
  return {
    perSecond: count / tookSeconds,
    p50Ms: quantile(taken, 0.5),
    p99Ms: quantile(taken, 0.99),
    maxMs: quantile(taken, 1),
    requests: count,
    tokens,
  }
}

answerQuestions({ load })

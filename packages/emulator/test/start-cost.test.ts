/** What must not come back unseen: modules that a start pays for and does not use. The figures: docs/performance.md. */
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { frozenEmulator } from './client.ts'

const run = promisify(execFile)
const INDEX = join(import.meta.dirname, '../src/index.ts')

test('an emulator starts without undici, TLS or the proxy’s certificates', async () => {
  const program = `
    const { startEmulator } = await import(${JSON.stringify(INDEX)})
    const emulator = await startEmulator()
    console.log(JSON.stringify(process.moduleLoadList))
    await emulator.close()`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])
  const loaded = JSON.parse(stdout) as string[]
  expect(loaded).toContain('NativeModule http')
  for (const name of ['internal/deps/undici/undici', 'http2', 'https', 'tls'])
    expect(loaded).not.toContain(`NativeModule ${name}`)
})

test.each([
  ['a length', (size: number) => `content-length: ${size}\r\n\r\n${'x'.repeat(size)}`],
  [
    'chunks',
    (size: number) =>
      `transfer-encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`,
  ],
])('a body that is too large, sent with %s, is told so and not read', async (_how, body) => {
  await using emulator = await frozenEmulator()
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = connect(emulator.port, '127.0.0.1', () =>
      socket.write(`POST /v2/oauth/token/ HTTP/1.1\r\nhost: localhost\r\n${body(2 * 1024 * 1024)}`),
    )
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
  expect(answer).toContain('HTTP/1.1 413')
  expect(answer).toContain('larger than 1 MiB')
})

test('a client that goes away in the middle of its body is no bug of the emulator', async () => {
  const bugs: unknown[] = []
  await using emulator = await frozenEmulator({ onBug: (error) => bugs.push(error) })
  const socket = connect(emulator.port, '127.0.0.1', () => {
    socket.write('POST /v2/oauth/token/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf')
    setTimeout(() => socket.destroy(), 20)
  })
  await expect.poll(() => emulator.requests().at(-1)?.verdict).toBe('the client went away')
  expect(bugs).toEqual([])
})

/** That `npm run bench` works and measures, not that anything is fast: tests share their machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

let temporary: string
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'tockwork-bench-test-'))
})
afterEach(() => rmSync(temporary, { recursive: true, force: true }))

function startBench(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['bench/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function ended(bench: ChildProcess): Promise<{ code: number | null; out: string; said: string }> {
  let out = ''
  let said = ''
  bench.stdout?.on('data', (bytes) => {
    out += bytes
  })
  bench.stderr?.on('data', (bytes) => {
    said += bytes
  })
  const code = await new Promise<number | null>((resolve) => bench.once('close', resolve))
  return { code, out, said }
}

/** Processes that got our temporary folder from the bench; Linux only, elsewhere none are seen. */
function left(): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        try {
          if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(temporary)) return []
          return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
        } catch {
          return []
        }
      })
  } catch {
    return []
  }
}

interface Figure {
  value: number
  unit: string
  against: number
  ratio: number
  spread: [number, number]
}

describe('npm run bench', () => {
  test('measures every part and prints one JSON object', { timeout: 600_000 }, async () => {
    const { code, out, said } = await ended(startBench('--quick', '--json'))
    expect(said).toMatch(/\d+ cores .*Node \d+/)
    expect(code, said).toBe(0)
    const figures = JSON.parse(out) as Record<string, Figure>
    const names = Object.keys(figures)
    for (const name of [
      'sdk-call-1',
      'sdk-call-50',
      'sdk-alone',
      'upload-64mib',
      'emulator-start',
      'emulator-start-cold',
      'emulator-start-in-process',
      'emulator-user-info',
      'emulator-user-info-p99',
      'emulator-client-token',
      'emulator-client-token-p99',
      'emulator-refresh-token',
      'emulator-refresh-token-p99',
      'emulator-upload',
      'media-probe-mp4',
      'research-collect',
    ])
      expect(names).toContain(name)
    for (const [name, { value, unit, against, ratio, spread }] of Object.entries(figures)) {
      expect(value, name).toBeGreaterThan(0)
      expect(against, name).toBeGreaterThan(0)
      expect(ratio / (value / against), name).toBeCloseTo(1, 2)
      expect(spread[0], name).toBeLessThanOrEqual(value)
      expect(spread[1], name).toBeGreaterThanOrEqual(value)
      expect(unit, name).toMatch(/^(µs|ms|requests\/s|videos\/s|MB\/s|MB|MiB)$/)
    }
    // Orders of magnitude, which no busy machine changes: a wrong unit would.
    const value = (name: string): number => figures[name]?.value ?? Number.NaN
    expect(value('emulator-start')).toBeGreaterThan(20)
    expect(value('emulator-start')).toBeLessThan(30_000)
    expect(value('emulator-user-info')).toBeGreaterThan(50)
    expect(value('emulator-user-info')).toBeLessThan(1_000_000)
    expect(value('emulator-user-info-p99')).toBeGreaterThan(0.05)
    expect(value('sdk-call-1')).toBeGreaterThan(10)
    expect(value('sdk-call-1')).toBeLessThan(1_000_000)
    expect(value('upload-64mib')).toBeLessThan(100_000)
    expect(left()).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })

  test('leaves neither processes nor files when it is stopped in the middle', {
    timeout: 60_000,
  }, async () => {
    const bench = startBench('emulator-load')
    const end = ended(bench)
    // The bench itself, an emulator and the load; where processes cannot be listed, its folder and a moment.
    if (process.platform === 'linux')
      await expect.poll(() => left().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3)
    else await expect.poll(() => readdirSync(temporary).length, { timeout: 20_000 }).toBeGreaterThan(0)
    bench.kill('SIGTERM')
    expect((await end).code).toBe(143)
    await expect.poll(left, { timeout: 10_000 }).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  })

  test('refuses a part that it does not have, and names those it has', async () => {
    const { code, out, said } = await ended(startBench('upload', 'lunch'))
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(said).toContain('"lunch"')
    expect(said).toContain('emulator-load')
  })
})

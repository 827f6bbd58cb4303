/** How long a shop's orders take into the hub, against a client that asks for the same pages and keeps nothing. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulatorProcess } from './emulator-process.ts'
import { type Measurements, measured } from './measurement.ts'
import { startProgram } from './worker.ts'

const PROGRAMS = join(import.meta.dirname, '../packages/hub/test/bench')

interface Report {
  orders: number
  bare: number[]
  hub: number[]
  pages: number
  calls: number
  peakMb: number
  restMb: number
}

export async function measureHubShop({
  quick,
  full,
}: {
  quick: boolean
  full: boolean
}): Promise<Measurements> {
  const orders = full ? 100_000 : quick ? 500 : 5_000
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  const database = await startProgram([join(PROGRAMS, 'database-process.ts'), folder])
  const { url, pid } = JSON.parse(database.line) as { url: string; pid: number }
  const abandon = (): boolean => process.kill(pid, 'SIGQUIT')
  process.once('exit', abandon)
  const emulator = await startEmulatorProcess()
  try {
    const secretKey = randomBytes(32).toString('base64')
    const { line, stop } = await startProgram([
      join(PROGRAMS, 'shop-process.ts'),
      url,
      emulator.origin,
      secretKey,
      String(orders),
      full ? '1' : '3',
    ])
    await stop()
    const report = JSON.parse(line) as Report
    const count = report.orders.toLocaleString('en-US')
    const rate = (seconds: number): number => report.orders / seconds
    return {
      'hub-shop-orders': measured({
        unit: 'orders/s',
        what: `${count} orders into the hub; a client that asks for the same ${report.pages} pages and keeps nothing`,
        values: report.hub.map(rate),
        against: report.bare.map(rate),
        // From a thousand pages on both are held by TikTok's 50 calls a second; a burst of fewer shows what a page costs.
        ...(full ? { aim: { of: 'ratio', limit: 'least', number: 1 / 1.2 } as const } : {}),
        note: `${Math.max(...report.hub).toFixed(1)} s at most; at 50 calls a second these pages take ${(report.pages / 50).toFixed(1)} s`,
      }),
      'hub-shop-calls': measured({
        unit: 'calls',
        what: `lists asked for ${count} orders; as many pages as hold them`,
        values: [report.calls],
        against: [Math.ceil(report.orders / 100)],
        aim: { of: 'ratio', limit: 'most', number: 1.2 },
      }),
      'hub-shop-memory': measured({
        unit: 'MB',
        what: 'resident in the reading process at most; right before',
        values: [report.peakMb],
        against: [report.restMb],
      }),
    }
  } finally {
    await emulator.stop()
    process.off('exit', abandon)
    await database.stop()
  }
}

/** Uploads of large files: the SDK against curl, to the same sink; and into the emulator, against a plain file sink. */
import { execFile } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeSampleVideo } from '@tockwork/media/sample'
import type { UploadAnswer } from './children/uploader.ts'
import { connectCreator, startEmulatorProcess } from './emulator-process.ts'
import { type Measurements, measured } from './measurement.ts'
import { startWorker, type Worker } from './worker.ts'

const run = promisify(execFile)
const MIB = 1024 ** 2
const MB = 1e6

export async function measureUpload({ quick }: { quick: boolean }): Promise<Measurements> {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-bench-'))
  const sink = await startWorker('sink')
  try {
    const port = await sink.ask<number>('start')
    const result: Measurements = {}
    for (const { name, bytes, rounds } of quick
      ? [{ name: '64mib', bytes: 64 * MIB, rounds: 2 }]
      : [
          { name: '1gib', bytes: 1024 * MIB, rounds: 7 },
          { name: '4gib', bytes: 4096 * MIB, rounds: 3 },
        ])
      Object.assign(result, await againstCurl({ name, bytes, rounds, folder, sink, port }))
    return result
  } finally {
    await sink.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface AgainstCurl {
  name: string
  bytes: number
  rounds: number
  folder: string
  sink: Worker
  port: number
}

async function againstCurl({ name, bytes, rounds, folder, sink, port }: AgainstCurl): Promise<Measurements> {
  const path = join(folder, `${name}.mp4`)
  await writeVideo(path, bytes)
  const uploader = await startWorker('uploader')
  try {
    const origin = `http://127.0.0.1:${port}`
    const sdk = async (file: string): Promise<UploadAnswer> => {
      const answer = await uploader.ask<UploadAnswer>('upload', { origin, path: file, token: 'act.bench' })
      return answer
    }
    // A file of a single small chunk loads the code; what grows after that is the upload's own.
    const small = join(folder, 'small.mp4')
    await writeSampleVideo(small, { padToBytes: MIB })
    await sdk(small)
    await sink.ask('received')

    const values: number[] = []
    const against: number[] = []
    const growth: number[] = []
    let base: number | undefined
    let withCurl = true
    for (let round = 0; round < rounds; round += 1) {
      const turns = round % 2 === 0 ? (['sdk', 'curl'] as const) : (['curl', 'sdk'] as const)
      for (const turn of turns) {
        if (turn === 'curl' && !withCurl) continue
        let seconds: number
        if (turn === 'sdk') {
          const answer = await sdk(path)
          seconds = answer.seconds
          // Measured from the first upload on, so that memory which is never given back counts too.
          base ??= answer.before
          if (answer.peak !== undefined && base !== undefined) growth.push((answer.peak - base) / MIB)
          values.push(bytes / seconds / MB)
        } else {
          const took = await curl(path, `http://127.0.0.1:${port}/curl`)
          withCurl = took !== undefined
          if (took === undefined) continue
          seconds = took
          against.push(bytes / seconds / MB)
        }
        const arrived = await sink.ask<number>('received')
        // The init's JSON comes on top.
        if (arrived < bytes || arrived > bytes + 4096) throw new Error(`${arrived} of ${bytes} bytes arrived`)
      }
    }
    const most = Math.max(...growth)
    return {
      [`upload-${name}`]: measured({
        unit: 'MB/s',
        what: 'publishVideo(fileSource) through the SDK; curl -T of the same file to the same sink',
        values,
        against: withCurl ? against : values,
        ...(withCurl ? { aim: { of: 'ratio', limit: 'least', number: 0.95 } as const } : {}),
        note: withCurl
          ? undefined
          : 'curl is not installed, so there is nothing to compare with: the ratio says nothing',
      }),
      ...(growth.length === 0
        ? {}
        : {
            [`upload-${name}-memory`]: measured({
              unit: 'MiB',
              what: `most memory that the uploading process took on top in ${rounds} uploads; the size of the file`,
              values: [most],
              against: [bytes / MIB],
              aim: { of: 'value', limit: 'most', number: 64 },
              note: `by upload: ${growth.map((mib) => mib.toFixed(0)).join(', ')} MiB`,
            }),
          }),
    }
  } finally {
    await uploader.stop()
    rmSync(path, { force: true })
  }
}

export async function measureEmulatorUpload({ quick }: { quick: boolean }): Promise<Measurements> {
  const bytes = quick ? 64 * MIB : 1024 * MIB
  const rounds = quick ? 1 : 5
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-bench-'))
  const path = join(folder, 'clip.mp4')
  const sink = await startWorker('sink')
  const uploader = await startWorker('uploader')
  const emulator = await startEmulatorProcess({
    rateLimits: false,
    rateLimitHeaders: false,
    pendingSharesPerDay: 1000,
  })
  try {
    await writeVideo(path, bytes)
    const port = await sink.ask<number>('start', { folder })
    const { access_token: token } = await connectCreator(emulator.origin, 'mika')
    const values: number[] = []
    const against: number[] = []
    for (let round = -1; round < rounds; round += 1) {
      const to = [
        { list: values, origin: emulator.origin },
        { list: against, origin: `http://127.0.0.1:${port}` },
      ]
      for (const { list, origin } of round % 2 === 0 ? to : to.reverse()) {
        const { seconds } = await uploader.ask<UploadAnswer>('upload', { origin, path, token })
        if (round >= 0) list.push(bytes / seconds / MB)
      }
      rmSync(join(folder, String(round + 2)), { force: true })
    }
    return {
      'emulator-upload': measured({
        unit: 'MB/s',
        what: `${bytes / MIB} MiB from the SDK into the emulator; into a node:http server that writes the same file`,
        values,
        against,
      }),
    }
  } finally {
    await Promise.all([emulator.stop(), uploader.stop(), sink.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A real video; what fills it up is a hole that takes no disk, read once so that every reader finds it in memory. */
async function writeVideo(path: string, bytes: number): Promise<void> {
  await writeSampleVideo(path, { padToBytes: bytes })
  for await (const _ of createReadStream(path, { highWaterMark: 4 * MIB }));
}

/** Seconds of the transfer itself, without curl's own start; `undefined` when there is no curl. */
async function curl(path: string, url: string): Promise<number | undefined> {
  try {
    const { stdout } = await run('curl', [
      '--silent',
      '--show-error',
      '--fail',
      '--noproxy',
      '*',
      '--max-time',
      '120',
      '--output',
      '/dev/null',
      '--write-out',
      '%{time_total}',
      '--header',
      'content-type: video/mp4',
      '-T',
      path,
      url,
    ])
    return Number(stdout)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

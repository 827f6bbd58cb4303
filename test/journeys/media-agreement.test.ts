/** What the emulator refuses, `media check` refuses, with the same reason; and the other way round. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Creator, type Post, PublishFailedError } from '@tockwork/sdk'
import { startTestkit, type Testkit } from '@tockwork/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MediaFile, mediaFiles } from './media-files.ts'

const files = mediaFiles()
const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/tockwork.mjs', import.meta.url))
let folder: string
let kit: Testkit
let origin: string
const server = createServer((request, response) => {
  const file = files[Number(request.url?.slice(1))]
  response.writeHead(file ? 200 : 404).end(file?.bytes)
})
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-agreement-'))
  kit = await startTestkit({ emulator: { settings: { rateLimits: false } } })
  for (const max of [180, 300, 600]) {
    kit.emulator.plant({ creators: [{ username: `max${max}`, max_duration_sec: max, daily_post_cap: 1000 }] })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await kit.close()
  rmSync(folder, { recursive: true, force: true })
})

test('there are more than sixty files, on both sides of every rule', () => {
  expect(files.length).toBeGreaterThanOrEqual(60)
  expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
  expect(new Set(files.map(({ refused }) => refused)).size).toBe(5)
})

test('the emulator and the command give the same reason for each', async () => {
  const expected = files.map(({ name, refused }) => [name, refused ?? 'passes'])
  const emulated: [string, string][] = []
  const creators = new Map<number, Creator>()
  for (const [index, file] of files.entries()) {
    const max = file.creatorMaxSec ?? 600
    const creator = creators.get(max) ?? (await kit.connect(`max${max}`)).creator
    creators.set(max, creator)
    emulated.push([file.name, await sent(creator, file, index)])
  }
  expect(emulated).toEqual(expected)
  expect(await checked()).toEqual(expected)
}, 120_000)

async function sent(creator: Creator, file: MediaFile, index: number): Promise<string> {
  const post = await kit.settle(send(creator, file, index))
  try {
    await kit.settle(post.completed(file.inbox ? { until: 'inbox' } : {}))
    return 'passes'
  } catch (error) {
    if (error instanceof PublishFailedError) return error.failReason
    throw error
  }
}

function send(creator: Creator, file: MediaFile, index: number): Promise<Post> {
  if (file.kind === 'photo') {
    return creator.posts.publishPhotos({ urls: [`${origin}/${index}`], privacyLevel: 'SELF_ONLY' })
  }
  const video = { source: file.bytes, contentType: 'video/mp4' as const }
  return file.inbox
    ? creator.posts.sendVideoDraft(video)
    : creator.posts.publishVideo({ ...video, privacyLevel: 'SELF_ONLY' })
}

/** One run of the command for each way to post and each limit of a creator. */
async function checked(): Promise<[string, string][]> {
  const answers = new Map<string, string>()
  const runs = Map.groupBy(files, (file) => JSON.stringify(optionsFor(file)))
  for (const [options, group] of runs) {
    const paths = group.map((file, index) => {
      // Names that say nothing, or the wrong thing: the content decides.
      const path = join(
        folder,
        `${runs.size}-${options.length}-${index}-${Buffer.from(file.name).toString('hex')}.dat`,
      )
      writeFileSync(path, file.bytes)
      return path
    })
    const report = await run(['media', 'check', ...paths, '--json', '--rules-only', ...JSON.parse(options)])
    const reports = 'files' in report ? report.files : [report]
    for (const [index, file] of group.entries()) {
      answers.set(file.name, reports[index]?.findings[0]?.fail_reason ?? 'passes')
    }
  }
  return files.map(({ name }) => [name, answers.get(name) ?? 'not answered'])
}

function optionsFor({ kind, inbox, creatorMaxSec }: MediaFile): string[] {
  const endpoint = kind === 'photo' ? 'photo-post' : inbox ? 'inbox-upload' : 'direct-post'
  return [
    '--endpoint',
    endpoint,
    ...(creatorMaxSec === undefined ? [] : ['--creator-max-duration', String(creatorMaxSec)]),
  ]
}

interface Report {
  findings: { fail_reason: string | null }[]
}

function run(args: string[]): Promise<Report | { files: Report[] }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [COMMAND, ...args], { maxBuffer: 16 * 2 ** 20 }, (error, stdout) => {
      if (error && error.code !== 1) reject(error)
      else resolve(JSON.parse(stdout))
    })
  })
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import { cryptoRandom, Secret, systemClock } from '@tockwork/kernel'
import { type BlobSettings, createBlobStore } from '../../src/assets/blob-settings.ts'
import type { BlobStore } from '../../src/assets/blob-store.ts'

/** Somebody else's server, which checks signatures and the hash of every body. */
export interface Stage {
  store: BlobStore
  /** A store over the same server or folder that goes through another `fetch`. */
  through: (fetch: typeof globalThis.fetch) => BlobStore
  settings: BlobSettings
  folder: string
  /** Names of everything that is stored. */
  names: () => Promise<string[]>
  close: () => Promise<void>
}

export async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of stream) all.push(Buffer.from(piece))
  return Buffer.concat(all)
}

export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

export function storeOf(settings: BlobSettings, folder: string, fetch: typeof globalThis.fetch): BlobStore {
  return createBlobStore(settings, {
    clock: systemClock,
    random: cryptoRandom,
    fetch,
    readFile: (path) => readFile(path, 'utf8'),
    localFolder: join(folder, 'blobs'),
    scratchFolder: join(folder, 'scratch'),
  })
}

export async function localStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'tockwork-blobs-'))
  const settings: BlobSettings = { kind: 'local', folder: undefined }
  return {
    store: storeOf(settings, folder, fetch),
    through: (other) => storeOf(settings, folder, other),
    settings,
    folder,
    names: async () => (await filesUnder(folder)).map((path) => path.slice(folder.length + 7)),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What that server lacks, as AWS describes it: AbortMultipartUpload and ListMultipartUploads. */
function withUploads(folder: string, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(String(input))
    const id = url.searchParams.get('uploadId')
    if (init?.method === 'DELETE' && id !== null) {
      const there = (await readdir(folder)).includes(id)
      await rm(join(folder, id), { recursive: true, force: true })
      return there
        ? new Response(null, { status: 204 })
        : new Response('<Error><Code>NoSuchUpload</Code></Error>', { status: 404 })
    }
    if (init?.method === 'GET' && url.searchParams.has('uploads')) {
      const ids = await readdir(folder).catch(() => [])
      const entries = ids.map(
        (one) =>
          `<Upload><Key>hub/a/incoming/x</Key><UploadId>${one}</UploadId><Initiated>${new Date().toISOString()}</Initiated></Upload>`,
      )
      return new Response(
        `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${entries.join('')}</ListMultipartUploadsResult>`,
      )
    }
    return fetch(input, init)
  }
}

export async function s3Stage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'tockwork-s3-'))
  const directory = join(folder, 'server')
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'media', configs: [] }],
  })
  const { port } = await server.run()
  const settings: BlobSettings = {
    kind: 's3',
    bucket: 'media',
    prefix: 'hub/a/',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    pathStyle: true,
    credentials: {
      kind: 'keys',
      accessKeyId: 'S3RVER',
      secretAccessKey: new Secret('S3RVER'),
      sessionToken: undefined,
    },
    encryption: undefined,
  }
  const uploads = join(directory, 'media', '._S3rver_uploads')
  return {
    store: storeOf(settings, folder, withUploads(uploads, fetch)),
    through: (other) => storeOf(settings, folder, withUploads(uploads, other)),
    settings,
    folder,
    names: async () => [
      ...(await filesUnder(directory))
        .filter((path) => path.endsWith('_object') && !path.startsWith(uploads))
        .map((path) => path.slice(directory.length + 1)),
      ...(await readdir(uploads).catch(() => [])).map((id) => `an unfinished upload ${id}`),
    ],
    close: async () => {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What a study is: what was asked, when, what came back, what was missed. One JSON file, read by people and programs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { videoQuery } from '@tockwork/contracts/research'
import { parseJson, stringifyJson, UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { writePrivateFile } from '../state/private-file.ts'

const day = z.string().check(z.regex(/^\d{8}$/))
const window = z.object({ from: day, to: day })

export const studyFormats = ['parquet', 'csv', 'jsonl'] as const
export type StudyFormat = (typeof studyFormats)[number]

const manifest = z.object({
  tockwork_study: z.literal(1),
  created_at: z.string(),
  /** `tiktok`, or the address of an emulator. */
  source: z.string(),
  client_key: z.string(),
  question: z.object({
    /** As it was written, and as it was sent. */
    text: z.string(),
    query: videoQuery,
    from: day,
    to: day,
    fields: z.array(z.string()),
    page_size: z.int(),
  }),
  /** The parts in which the range is asked for. */
  windows: z.array(window),
  formats: z.array(z.enum(studyFormats)),
  state: z.enum(['collecting', 'complete']),
  runs: z.array(
    z.object({
      started_at: z.string(),
      ended_at: z.optional(z.string()),
      /** That brought a page; what was refused or failed is in the ledger of the quota. */
      requests: z.int(),
      videos: z.int(),
      /** `complete`, `quota`, `interrupted`, `killed`, or an error's code. */
      ended_by: z.optional(z.string()),
    }),
  ),
  /** Days that TikTok kept failing on. */
  missed: z.array(
    z.object({
      window,
      cursor: z.optional(z.string()),
      code: z.string(),
      message: z.string(),
      at: z.string(),
    }),
  ),
  files: z.array(z.object({ name: z.string(), rows: z.int(), bytes: z.int(), sha256: z.string() })),
  counts: z.object({
    /** Different videos. */
    videos: z.int(),
    /** Rows that came again after a result set was lost. */
    repeated: z.int(),
    /** Captions from which U+0000 was taken in the files. */
    nul_removed: z.int(),
  }),
  compliance: z.object({
    refresh_days: z.int(),
    checks: z.array(
      z.object({ at: z.string(), checked: z.int(), gone: z.int(), policy: z.enum(['remove', 'flag']) }),
    ),
  }),
})
export type Manifest = z.output<typeof manifest>

export const MANIFEST = 'manifest.json'

/** @throws {UsageError} when there is no study in the folder, or its manifest is damaged. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`There is no study in ${folder}.`, {
      field: 'folder',
      action: 'Begin one with `tockwork research videos --query … --from … --to … --out FOLDER`.',
      cause,
    })
  }
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    throw new UsageError(`${path} is not JSON: ${(cause as Error).message}`, { field: MANIFEST, cause })
  }
  const read = z.safeParse(manifest, value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new UsageError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is damaged'}`, {
    field: MANIFEST,
    action: 'The pages in journal/ are whole; put the manifest back from a copy.',
  })
}

export async function writeManifest(folder: string, value: Manifest): Promise<void> {
  await writePrivateFile(join(folder, MANIFEST), `${stringifyJson(value, 2)}\n`)
}

/** When the collected must be checked again, or nothing while nothing was collected. */
export function complianceDue({ compliance, runs, counts }: Manifest): Date | undefined {
  if (counts.videos === 0 && runs.every(({ videos }) => videos === 0)) return undefined
  const last = compliance.checks.at(-1)?.at ?? runs[0]?.started_at
  return last === undefined ? undefined : new Date(Date.parse(last) + compliance.refresh_days * 86_400_000)
}

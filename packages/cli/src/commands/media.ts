/** `media check`: whether TikTok would take a file, and why not. */
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { mediaRules } from '@tockwork/contracts'
import { UsageError } from '@tockwork/kernel'
import { judgePhoto, judgeVideo, probe } from '@tockwork/media'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { Reported } from '../output/failure.ts'
import { size } from '../output/progress.ts'
import { findingLine } from '../posting/media.ts'

export async function checkMedia(context: Context, file: string): Promise<void> {
  const { cwd, out, signal } = context
  const path = resolve(cwd, file)
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) {
    throw new UsageError(`${file} is a folder; name a file.`, { field: 'file' })
  }
  const info = await probe({ kind: 'file', path }, { signal })
  const findings =
    info.kind === 'photo' ? judgePhoto(info, mediaRules.photo) : judgeVideo(info, mediaRules.video)
  const ok = findings.length === 0
  const facts = [
    info.container,
    info.video === undefined ? undefined : `${info.video.codec} ${info.video.width}x${info.video.height}`,
    info.video === undefined ? undefined : `${info.video.frameRate} fps`,
    info.photo === undefined ? undefined : `${info.photo.width}x${info.photo.height}`,
    info.durationSec === undefined ? undefined : `${info.durationSec} s`,
    size(info.sizeBytes),
  ].filter((fact) => fact !== undefined)
  out.result(
    {
      ok,
      verdict: ok ? 'ok' : 'block',
      findings: findings.map(({ rule, failReason, found, allowed, fix }) => ({
        rule,
        fail_reason: failReason,
        found,
        allowed,
        fix,
      })),
      watermarks: [],
      provenance: {},
    },
    [
      `${ok ? out.style('green', '✓') : out.style('red', '✗')} ${file}: ${ok ? 'TikTok takes this' : 'TikTok would refuse this'} (${facts.join(', ')})`,
      ...findings.map((finding) => `  ${findingLine({ file: basename(file), ...finding })}`),
    ],
  )
  if (!ok) throw new Reported(exitCodes.failure)
}

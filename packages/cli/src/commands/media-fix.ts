/** `media check --fix`: a file that TikTok takes, made out of one that it would refuse. */
import { relative, resolve } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import { type CheckOptions, type FixResult, fixMedia } from '@tockwork/media'
import type { Context } from '../context.ts'
import { ProgressLine } from '../output/progress.ts'

export interface MediaFixOptions {
  fix?: boolean
  out?: string
  trim?: boolean
}

/** @throws UsageError when options contradict each other. */
export function checkFixOptions(options: MediaFixOptions, files: number): void {
  if (options.fix !== true && (options.out !== undefined || options.trim === true)) {
    throw new UsageError('--out and --trim belong to --fix.', { field: 'fix' })
  }
  if (options.out !== undefined && files !== 1) {
    throw new UsageError('--out names one file; without it each result stands beside its original.', {
      field: 'out',
    })
  }
}

export async function fixOne(
  { cwd, out, clock, signal, config }: Context,
  file: string,
  checking: CheckOptions,
  { out: target, trim }: MediaFixOptions,
): Promise<FixResult> {
  if (/^https?:\/\//i.test(file)) {
    throw new UsageError('--fix works on files; fetch it first.', { field: 'fix' })
  }
  const line = new ProgressLine(out, clock)
  try {
    return await fixMedia(resolve(cwd, file), {
      rules: checking.rules,
      ...(checking.creatorMaxDurationSec !== undefined && {
        creatorMaxDurationSec: checking.creatorMaxDurationSec,
      }),
      ...(target !== undefined && { out: resolve(cwd, target) }),
      trim: trim === true,
      env: config.environment,
      signal,
      onProgress: (share) => line.bytes(Math.round(share * 1e6), 1e6),
    })
  } finally {
    line.end()
  }
}

export function fixJson(result: FixResult, cwd: string) {
  const { status, path, steps, lossless, left, missing, with: tool } = result
  return {
    status,
    ...(path !== undefined && { path: relative(cwd, path) }),
    steps,
    lossless,
    left,
    ...(missing !== undefined && { missing }),
    ...(tool !== undefined && { with: tool }),
    findings: result.findings.map(({ rule, failReason, found, allowed, fix }) => ({
      rule,
      fail_reason: failReason,
      found,
      allowed,
      fix,
    })),
  }
}

/** Lines under the report of the original. */
export function fixLines({ out, cwd }: Context, result: FixResult): string[] {
  const { status, path, steps, lossless, left, missing } = result
  const said = (mark: string, text: string) => `  ${mark} ${text}`
  const good = out.style('green', '✓')
  const bad = out.style('red', '✗')
  const kept = lossless ? 'without loss' : 'encoded again'
  const done = steps.map((step) => `      ${step}`)
  const open = left.map((each) => `      left: ${each}`)
  switch (status) {
    case 'nothing-to-do':
      return [said(good, 'nothing to mend')]
    case 'fixed':
      return [said(good, `wrote ${relative(cwd, path ?? '')} (${kept}, with ${result.with})`), ...done]
    case 'partly':
      return [said(bad, `wrote ${relative(cwd, path ?? '')}, which is not enough`), ...done, ...open]
    case 'not-possible':
      return [said(bad, 'cannot be mended here'), ...open]
    case 'tool-missing':
      return [said(bad, `to mend it, this machine needs ${missing}`), ...done, ...open]
  }
}

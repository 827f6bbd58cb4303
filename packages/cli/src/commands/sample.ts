/** `sample`: a real file to post. */
import { open } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import { makeSamplePhoto, makeSampleVideo } from '@tockwork/media/sample'
import type { Context } from '../context.ts'

export interface SampleOptions {
  seconds?: string
  force?: boolean
}

export async function sample(context: Context, file: string, options: SampleOptions): Promise<void> {
  const { out, cwd } = context
  const seconds = Number(options.seconds ?? 5)
  if (!(seconds >= 1 && seconds <= 600)) {
    throw new UsageError(`--seconds is ${options.seconds}; 1 to 600 are possible.`, { field: '--seconds' })
  }
  const bytes = make(file, seconds)
  const path = resolve(cwd, file)
  try {
    const handle = await open(path, options.force === true ? 'w' : 'wx')
    await handle.writeFile(bytes)
    await handle.close()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'EEXIST'
        ? 'exists already'
        : code === 'ENOENT'
          ? 'lies in a folder that does not exist'
          : `: ${code}`
    throw new UsageError(`${file} ${why}.`, {
      code: 'sample_not_written',
      field: 'file',
      ...(code === 'EEXIST' ? { action: 'Choose another name, or overwrite it with --force.' } : {}),
      cause,
    })
  }
  out.result({ file: path, bytes: bytes.length }, `Wrote ${file}, ${Math.ceil(bytes.length / 1000)} kB.`)
}

function make(file: string, durationSec: number): Uint8Array {
  switch (extname(file).toLowerCase()) {
    case '.mp4':
    case '.m4v':
      return makeSampleVideo({ durationSec })
    case '.mov':
      return makeSampleVideo({ durationSec, container: 'mov' })
    case '.jpg':
    case '.jpeg':
      return makeSamplePhoto()
    case '.webp':
      return makeSamplePhoto({ container: 'webp' })
    case '.png':
      return makeSamplePhoto({ container: 'png' })
    default:
      throw new UsageError(`${file}: the ending says what to make: .mp4, .mov, .jpg, .webp or .png.`, {
        field: 'file',
      })
  }
}

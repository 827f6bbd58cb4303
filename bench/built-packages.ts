/** The packages as users install them, laid out so that they find each other and not the sources. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { packAll } from '../tools/pack.ts'

const ROOT = join(import.meta.dirname, '..')

/** Builds everything into a folder. @returns the path of the command */
export async function stageBuiltPackages(out: string): Promise<string> {
  mkdirSync(out, { recursive: true })
  packAll(out)
  const stages = join(out, 'stage')
  const modules = join(out, 'node_modules')
  mkdirSync(join(modules, '@tockwork'), { recursive: true })
  for (const folder of readdirSync(stages)) {
    const { name } = JSON.parse(readFileSync(join(stages, folder, 'package.json'), 'utf8')) as {
      name: string
    }
    symlinkSync(join(stages, folder), join(modules, name))
    const own = join(ROOT, 'packages', folder, 'node_modules')
    if (existsSync(own)) symlinkSync(own, join(stages, folder, 'node_modules'))
  }
  const installed = join(ROOT, 'node_modules')
  for (const name of readdirSync(installed)) {
    if (name === '@tockwork' || name.startsWith('.') || existsSync(join(modules, name))) continue
    symlinkSync(join(installed, name), join(modules, name))
  }
  return join(stages, 'cli/bin/tockwork.mjs')
}

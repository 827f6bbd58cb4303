import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Shop } from './tockwork.ts'

const readme = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8')
/** What shell blocks say, in their order. */
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => (block as string).trim().split('\n'))
  .filter((line) => line.startsWith('npx tockwork '))

let shop: Shop

beforeAll(async () => {
  shop = await Shop.open()
  await shop.emulate()
})
afterAll(() => shop.close())

test('every command of the README works as it stands there', async () => {
  expect(commands.length).toBeGreaterThan(12)
  for (const line of commands) {
    const [, name, rest] = /^npx (tockwork \w+)(.*)$/.exec(line) ?? []
    // These go on until they are stopped; that they start is tested elsewhere, here that they take their options.
    const lasting = /^tockwork (emulate|dev)/.test(name ?? '') || line.includes('webhooks listen')
    // A person at a terminal would answer; the questions are tested elsewhere.
    const answers =
      name === 'tockwork login'
        ? ' --user mika'
        : name === 'tockwork post' && !line.includes('--privacy')
          ? ' --privacy public'
          : ''
    const args = argumentsOf(`${name?.slice('tockwork '.length)}${rest}${answers}${lasting ? ' --help' : ''}`)
    const { code, stderr, stdout } = await shop.run(args)
    expect({ line, code, stderr, stdout }).toMatchObject({ line, code: 0 })
  }
}, 60_000)

test('the world of the README is one', async () => {
  const world = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] as string
  await writeFile(join(shop.folder, 'world.yaml'), world)
  const { origin } = await shop.emulate('--data-dir', 'other', '--world', 'world.yaml')
  const { apps } = (await (await fetch(`${origin}/_emulator/apps`)).json()) as { apps: object[] }
  const { creators } = (await (await fetch(`${origin}/_emulator/creators`)).json()) as { creators: object[] }
  expect(apps).toMatchObject([{ client_key: 'my-app', webhook_url: 'http://localhost:3000/webhooks' }])
  expect(creators).toHaveLength(2)
})

/** Words as a shell reads them. */
function argumentsOf(line: string): string[] {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
  return stdout.split('\0').slice(0, -1)
}

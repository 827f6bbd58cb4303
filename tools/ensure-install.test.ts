import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const lock = (version: string) =>
  JSON.stringify({
    packages: {
      '': { name: 'root' },
      'packages/a': { name: 'a' },
      'node_modules/a': { resolved: 'packages/a', link: true },
      'node_modules/dep': { version, integrity: `sha512-${version}` },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  })

// Stands in for npm: notes the call, takes a while, leaves what npm would leave.
const fakeNpm = `
const fs = require('node:fs')
fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
if (process.env.FAKE_NPM_FAILS) process.exit(7)
setTimeout(() => {
  fs.mkdirSync('node_modules', { recursive: true })
  const all = JSON.parse(fs.readFileSync('package-lock.json')).packages
  delete all['']; delete all['packages/a']; delete all['node_modules/other-platform']
  fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: all }))
}, 400)
`

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ensure-install-'))
  mkdirSync(join(root, 'tools'))
  cpSync(join(import.meta.dirname, 'ensure-install.mjs'), join(root, 'tools/ensure-install.mjs'))
  writeFileSync(join(root, 'npm.js'), fakeNpm)
  writeFileSync(join(root, 'package-lock.json'), lock('1.0.0'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function ensureInstall(
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<{ code: number | null; said: string; out: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['tools/ensure-install.mjs', ...args], {
      cwd: root,
      env: {
        ...process.env,
        npm_execpath: join(root, 'npm.js'),
        npm_node_execpath: process.execPath,
        ...env,
      },
    })
    let said = ''
    let out = ''
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      said += data
    })
    child.on('close', (code) => done({ code, said, out }))
  })
}

const calls = () =>
  existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : []

test('installs when node_modules is missing, and says so in one line', async () => {
  const { code, said } = await ensureInstall()
  expect(code).toBe(0)
  expect(said.split('\n')[0]).toBe('Installing dependencies with npm ci: node_modules is missing.')
  expect(calls()).toHaveLength(1)
  expect(calls()[0]).toMatch(/^ci /)
})

test('does nothing, and says nothing, when everything is there', async () => {
  await ensureInstall()
  expect(await ensureInstall()).toEqual({ code: 0, said: '', out: '' })
  expect(calls()).toHaveLength(1)
})

test('installs again when the lock file asks for another version', async () => {
  await ensureInstall()
  writeFileSync(join(root, 'package-lock.json'), lock('1.0.1'))
  const { said } = await ensureInstall()
  expect(said).toContain('node_modules is older than package-lock.json (dep)')
  expect(calls()).toHaveLength(2)
})

test('two starts at once install once', async () => {
  const both = await Promise.all([ensureInstall(), ensureInstall()])
  expect(both.map((one) => one.code)).toEqual([0, 0])
  expect(calls()).toHaveLength(1)
  expect(existsSync(join(root, '.install.lock'))).toBe(false)
})

test('a failing npm ci ends the start with a message and leaves no lock behind', async () => {
  const { code, said } = await ensureInstall({ FAKE_NPM_FAILS: '1' })
  expect(code).toBe(1)
  expect(said).toContain('npm ci failed (exit code 7)')
  expect(existsSync(join(root, '.install.lock'))).toBe(false)
})

test('runs the program that follows, with its arguments and its exit code', async () => {
  writeFileSync(
    join(root, 'program.mjs'),
    'console.log(process.argv.slice(2).join(" ")); process.exitCode = 5',
  )
  const { code, out } = await ensureInstall({}, ['program.mjs', 'one', '--two'])
  expect(out).toBe('one --two\n')
  expect(code).toBe(5)
})

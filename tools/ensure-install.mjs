// Makes `npm start` and `npm test` work as the first thing typed after a clone: installs what is missing, then gets out
// of the way. Runs before anything is installed, on the machine's own Node (20.19 or newer), so: plain JavaScript, no
// dependency. Everything it says goes to stderr, because the command after it may print JSON.
//
//   node tools/ensure-install.mjs [program [arguments]]
//
// The program runs under the Node in node_modules. It is started from here and not by `&&` in package.json, because a
// shell that has already run the machine's `node` remembers where it was and would run that one again.
import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const pinnedNode = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const lockFile = join(root, '.install.lock')
const HEARTBEAT_MS = 1_000
const LOCK_STALE_MS = 15_000

const say = (line) => console.error(line)
const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {}

/**
 * Why `npm ci` is needed, or undefined. Compares what npm says it installed (its hidden lock file) with the lock file,
 * not their dates: a `git checkout` touches dates, and `npm install` has already done the work.
 */
function whyInstall() {
  const hidden = join(modules, '.package-lock.json')
  if (!existsSync(hidden))
    return existsSync(modules) ? 'node_modules is incomplete' : 'node_modules is missing'
  const wanted = packagesIn(join(root, 'package-lock.json'))
  const found = packagesIn(hidden)
  for (const [path, want] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/')) continue
    const have = found[path]
    // npm leaves out optional packages that are for another platform.
    if (!have && want.optional) continue
    if (
      !have ||
      have.version !== want.version ||
      have.integrity !== want.integrity ||
      have.link !== want.link
    )
      return `node_modules is older than package-lock.json (${path.slice('node_modules/'.length)})`
  }
  // More than wanted does no harm: npm itself counts what install scripts brought in.
  return undefined
}

/** The environment npm itself needs: without our `.bin`, whose `node` the install is about to delete. */
function environment() {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => resolve(entry) !== join(modules, '.bin'))
  return { ...process.env, PATH: path.join(delimiter) }
}

/** Runs a command with its output on our stderr; resolves to the exit code. */
function run(command, args, cwd, shell = false) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: environment(), stdio: ['ignore', 2, 2], shell })
    child.on('error', (error) => {
      say(`${command} could not be started: ${error.message}`)
      done(127)
    })
    child.on('exit', (code) => done(code ?? 1))
  })
}

function npm(args) {
  // Under `npm start` npm says where it is and which Node runs it. That Node is never the one in node_modules.
  const { npm_execpath: cli, npm_node_execpath: node } = process.env
  if (cli?.endsWith('.js') && node && existsSync(node)) return run(node, [cli, ...args], root)
  return run('npm', args, root, process.platform === 'win32')
}

/** Holds the lock while `work` runs; a second start waits for it. The lock of a killed process goes stale. */
async function exclusively(work) {
  let said = false
  for (;;) {
    try {
      const fd = openSync(lockFile, 'wx')
      writeSync(fd, String(process.pid))
      closeSync(fd)
      // Two waiters may find the same stale lock; the one whose file was replaced meanwhile goes back to waiting.
      await sleep(50)
      if (readFileSync(lockFile, 'utf8') === String(process.pid)) break
    } catch (error) {
      if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error
      const since = statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs
      if (since !== undefined && Date.now() - since > LOCK_STALE_MS) rmSync(lockFile, { force: true })
      else if (!said) {
        say('Another process is installing the dependencies; waiting for it.')
        said = true
      }
      await sleep(200)
    }
  }
  const beat = setInterval(() => {
    try {
      utimesSync(lockFile, new Date(), new Date())
    } catch {
      // Somebody removed it by hand; the install goes on.
    }
  }, HEARTBEAT_MS)
  const release = () => rmSync(lockFile, { force: true })
  process.once('exit', release)
  const onSignal = () => process.exit(130)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.once(signal, onSignal)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    for (const signal of signals) process.off(signal, onSignal)
    release()
  }
}

async function install() {
  const reason = whyInstall()
  if (!reason) return
  const from = Date.now()
  say(`Installing dependencies with npm ci: ${reason}.`)
  // --include=dev: NODE_ENV=production would leave out the compiler and the pinned Node.
  const code = await npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0 || whyInstall()) {
    say(
      `\nnpm ci failed (exit code ${code}); what npm said stands above. Usual causes: no connection to the npm registry,`,
    )
    say(
      'a full disk, or package.json and package-lock.json that disagree (then run `npm install` and commit the lock file).',
    )
    process.exit(1)
  }
  say(`Installed in ${((Date.now() - from) / 1000).toFixed(0)} s.`)
}

const isPinned = (wanted) => {
  if (!existsSync(pinnedNode)) return false
  if (realpathSync(process.execPath) === realpathSync(pinnedNode) && process.version === wanted) return true
  const answer = spawnSync(pinnedNode, ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return answer.stdout?.trim() === wanted
}

/**
 * The npm package `node` fetches the platform's binary in its preinstall script, which `ignore-scripts` and newer npm
 * versions leave out, and for some platforms (musl) there is no binary.
 */
async function ensureNode() {
  const entry = packagesIn(join(root, 'package-lock.json'))['node_modules/node']
  if (!entry) return
  const wanted = `v${entry.version}`
  if (isPinned(wanted)) return
  say(`Fetching Node ${wanted}: its install script was skipped or did not finish.`)
  const machineNode = process.env.npm_node_execpath ?? process.execPath
  const own = join(modules, 'node')
  if (existsSync(join(own, 'installArchSpecificPackage.js'))) {
    await run(machineNode, ['installArchSpecificPackage.js'], own)
    // npm makes no link to a binary that was not there when it linked.
    if (!existsSync(pinnedNode)) await npm(['rebuild', 'node', '--ignore-scripts', '--loglevel=error'])
  }
  if (isPinned(wanted)) return
  const machine = spawnSync(machineNode, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  if (!realpathSync(machineNode).startsWith(modules) && Number(/^v(\d+)/.exec(machine)?.[1]) >= 24) {
    for (const name of ['node', 'node.cmd', 'node.ps1']) rmSync(join(modules, '.bin', name), { force: true })
    say(
      `Node ${wanted} is not to be had for ${process.platform} ${process.arch}; this machine's Node ${machine} is used instead.`,
    )
    return
  }
  say(
    `\nNode ${wanted} could not be installed into node_modules, and this machine's Node ${machine} is older than 24.`,
  )
  say(
    'Allow the install script of the npm package "node" and run `npm rebuild node`, or install Node 24 on the machine.',
  )
  process.exit(1)
}

/** Hands over to the program: replaces this process where Node can, else waits for the child and passes signals on. */
function handOver(args) {
  const node = existsSync(pinnedNode) ? pinnedNode : process.execPath
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], process.env)
  const child = spawn(node, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  // A terminal's Ctrl-C reaches the child by itself; it decides when to end.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    say(`${node} could not be started: ${error.message}`)
    process.exit(127)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

if (whyInstall()) await exclusively(install)
await ensureNode()
if (process.argv.length > 2) handOver(process.argv.slice(2))

// The first `node` of a shell may be older than the one installed beside Tockwork (the npm package `node`).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const IS_NEW_ENOUGH = major > 22 || (major === 22 && minor >= 18)

/** Starts the program again under the installed Node when this one is too old; says whether it did. */
export function runOnRightNode(program) {
  if (IS_NEW_ENOUGH) return false
  const node = installedNode(program)
  if (node === undefined || process.env.TOCKWORK_NODE_TRIED === '1') {
    console.error(
      `tockwork needs Node 22.18 or newer; this is ${process.versions.node} (${process.execPath}).`,
    )
    process.exitCode = 1
    return true
  }
  const child = spawn(node, [fileURLToPath(program), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, TOCKWORK_NODE_TRIED: '1' },
  })
  // A terminal's Ctrl-C reaches the child by itself too; it takes two that come at once for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
  return true
}

function installedNode(program) {
  try {
    const manifest = createRequire(program).resolve('node/package.json')
    const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(node) ? node : undefined
  } catch {
    return undefined
  }
}

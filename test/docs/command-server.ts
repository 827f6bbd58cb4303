/**
 * `npx tockwork` for the shells of the blocks: a script that hands arguments, environment and input to this process, which
 * runs the command and hands back what it wrote. Starting a program for each line took half of the time; that the
 * program starts is tried in packages/cli/test and test/packed.
 */
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { cryptoRandom, systemClock } from '@tockwork/kernel'
import { Output, readConfig, run } from 'tockwork'

/** @returns the folder to put on `PATH`, and how to stop. */
export async function serveCommands(folder: string): Promise<{ bin: string; close: () => Promise<void> }> {
  const bin = join(folder, 'bin')
  const socket = join(folder, 'commands')
  const server = createServer(async (request, response) => {
    const [place = '', cwd = ''] = Buffer.concat(await request.toArray())
      .toString()
      .split('\n')
    response.end(String(await runIn(place, cwd)))
  })
  server.listen(socket)
  await once(server, 'listening')
  mkdirSync(bin)
  writeFileSync(join(bin, 'npx'), script(socket))
  chmodSync(join(bin, 'npx'), 0o755)
  return {
    bin,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** `npx node` is this checkout's Node, without npx's own start-up. */
function script(socket: string): string {
  return `#!/bin/bash
name=$1; shift
case $name in
  node) exec "${process.execPath}" "$@" ;;
  tockwork) ;;
  *) exit 127 ;;
esac
place=$(mktemp -d)
printf '%s\\0' "$@" > "$place/args"
env -0 > "$place/env"
if [ -p /dev/stdin ]; then cat > "$place/stdin"; fi
code=$(curl -sS --unix-socket "${socket}" --data-binary "$place"$'\\n'"$PWD" http://localhost/) || exit 125
cat "$place/stdout"
cat "$place/stderr" >&2
rm -r "$place"
exit "$code"
`
}

async function runIn(place: string, cwd: string): Promise<number> {
  const list = (name: string): string[] =>
    readFileSync(join(place, name), 'utf8')
      .split('\0')
      .filter((each, index, all) => index < all.length - 1 || each !== '')
  const env = Object.fromEntries(
    list('env').map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  )
  const written = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof written) => {
    const stream = new PassThrough()
    stream.on('data', (piece) => (written[name] += String(piece)))
    return Object.assign(stream, { isTTY: false, columns: 120, rows: 40 })
  }
  const stdin = new PassThrough()
  stdin.end(existsSync(join(place, 'stdin')) ? readFileSync(join(place, 'stdin')) : '')
  const code = await run(list('args'), {
    version: '0.0.0',
    makeOutput: (options) =>
      new Output({
        stdin: Object.assign(stdin, { isTTY: false, setRawMode: () => stdin }),
        stdout: sink('stdout'),
        stderr: sink('stderr'),
        ...options,
        colours: false,
      }),
    makeContext: (out) => ({
      config: readConfig(env, cwd),
      cwd,
      clock: systemClock,
      random: cryptoRandom,
      fetch: globalThis.fetch,
      out,
      signal: new AbortController().signal,
      pid: process.pid,
    }),
  })
  for (const name of ['stdout', 'stderr'] as const) writeFileSync(join(place, name), written[name])
  return code
}

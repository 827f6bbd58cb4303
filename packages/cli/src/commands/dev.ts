/** `dev`, which is `npm start`: the emulator, the hub, and what to type next. */
import type { Context } from '../context.ts'
import { type EmulateOptions, proxyFacts, proxyLines, startOnFolder, stopped } from './emulate.ts'
import { type HubAttempt, hubFacts, hubLines, tryHub } from './serve.ts'

export interface DevOptions extends EmulateOptions {
  /** `--no-hub`: the emulator alone. */
  hub?: boolean
}

export async function dev(context: Context, options: DevOptions): Promise<void> {
  const { out, signal } = context
  const started = await startOnFolder(context, options)
  const origin = 'running' in started ? started.running : started.origin
  const urls = {
    emulator: origin,
    inspector: `${origin}/_emulator/`,
    portal: `${origin}/_emulator/portal`,
    consent: `${origin}/v2/auth/authorize/`,
  }
  if ('running' in started) {
    out.item({ ...urls, already_running: true }, `An emulator runs already at ${origin}; use that one.`)
    if (!out.json) for (const line of walkThrough(context, urls, undefined)) out.stdout.write(`${line}\n`)
    return
  }
  const hub: HubAttempt | undefined = options.hub === false ? undefined : await tryHub(context, origin)
  if (out.json) {
    const proxy = started.proxy === undefined ? {} : { proxy: proxyFacts(started.proxy) }
    out.item(
      { ...urls, data_dir: started.stateFolder ?? null, already_running: false, ...hubFacts(hub), ...proxy },
      '',
    )
  } else {
    const lines = walkThrough(context, urls, started.stateFolder)
    lines.splice(-2, 0, ...hubLines(context, hub))
    if (started.proxy !== undefined) lines.push(...proxyLines(started.proxy), '')
    out.stdout.write(`${lines.join('\n')}\n`)
  }
  await stopped(signal)
  await hub?.running?.close()
  await started.close()
  out.note(
    started.stateFolder === undefined ? 'Stopped.' : `Stopped; everything is kept in ${started.stateFolder}.`,
  )
}

function walkThrough(
  { out }: Context,
  urls: { emulator: string; inspector: string; portal: string; consent: string },
  stateFolder: string | undefined,
): string[] {
  const bold = (text: string): string => out.style('bold', text)
  const dim = (text: string): string => out.style('dim', text)
  const command = (text: string, why: string): string => `  ${out.style('cyan', text.padEnd(54))} ${dim(why)}`
  return [
    '',
    `${bold('TikTok runs on this machine')} ${dim('(an emulator; nothing leaves it)')}`,
    '',
    `  API        ${urls.emulator}`,
    `  Inspector  ${urls.inspector}`,
    `  Portal     ${urls.portal}`,
    `  Consent    ${urls.consent}`,
    ...(stateFolder === undefined ? [] : [`  State      ${stateFolder}`]),
    '',
    `${bold('Demo apps')}   tw-demo-app / tw-demo-secret ${dim('(audited)')}, tw-unaudited-app / tw-unaudited-secret`,
    `${bold('Creators')}    mika ${dim('(public)')}, noor ${dim('(private)')}, lane ${dim('(public, comments off)')}`,
    '',
    bold('In a second terminal, in this folder:'),
    '',
    command('npx tockwork sample clip.mp4', 'writes a real MP4 to post'),
    command('npx tockwork login', 'opens the consent page; --user mika: without a browser'),
    command('npx tockwork post clip.mp4 --title "Hello #tockwork"', 'asks who may see it, uploads, waits'),
    command('npx tockwork videos', 'what the creator has online'),
    command('npx tockwork explain spam_risk_too_many_posts', 'any error code of TikTok'),
    '',
    dim('Ctrl-C stops it; the state is kept. Every command takes --help and --json.'),
    '',
  ]
}

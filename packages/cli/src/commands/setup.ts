/** `setup`: the portal's steps as a checklist that checks what it can, remembers the rest, and writes the env file. */
import { resolveTxt } from 'node:dns/promises'
import { resolve } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import { readCodeUsage } from '../assistant/code/code-usage.ts'
import type { Context } from '../context.ts'
import { Control } from '../control.ts'
import { exitCodes } from '../exit-codes.ts'
import { Reported } from '../output/failure.ts'
import { Prompts } from '../output/prompts.ts'
import {
  type Answers,
  answered,
  answersFile,
  questions,
  readAnswers,
  writeAnswers,
} from '../setup/answers.ts'
import { planEnvFile, writeEnvFile } from '../setup/env-file.ts'
import { readPortal, secretInPortal } from '../setup/portal.ts'
import { type Known, manualSteps, missing, type Step, takeSteps } from '../setup/steps.ts'
import { findEmulator } from '../state/running-emulator.ts'
import { isLocal } from '../target.ts'

export interface SetupOptions {
  set?: string[]
  done?: string[]
  code?: string
  practice?: boolean
  writeEnv?: string | boolean
  force?: boolean
}

/** Exit code 1 while a step has a problem; steps that are still to do are none. */
export async function setup(context: Context, options: SetupOptions): Promise<void> {
  const { out, config } = context
  let answers = takeOptions(await readAnswers(config.dataDir), options)
  const control = options.practice === true ? await practice(context) : undefined
  const code =
    options.code === undefined ? undefined : await readCodeUsage(resolve(context.cwd, options.code))
  const look = async (): Promise<{ steps: Step[]; secret: string | undefined }> => {
    const key = answers.client_key ?? config.clientKey
    const known = key === undefined ? answers : { ...answers, client_key: key }
    const secret =
      control !== undefined && key !== undefined
        ? await secretInPortal(control, key)
        : config.clientSecret?.reveal()
    const portal = control !== undefined && key !== undefined ? await readPortal(control, key) : undefined
    const facts: Known = {
      answers: known,
      network: { fetch: context.fetch, resolveTxt },
      code,
      portal,
      hasSecret: secret !== undefined,
    }
    return { steps: await takeSteps(facts), secret }
  }
  if (out.interactive) answers = await converse(context, answers, look, (now) => (answers = now))
  await writeAnswers(config.dataDir, answers)
  const { steps, secret } = await look()
  const env = await keepEnv(context, options, answers, secret)
  const problems = steps.filter(({ state }) => state === 'problem').length
  const left = steps.filter(({ state }) => state === 'todo').length
  out.result({ steps, answers, answers_file: answersFile(config.dataDir), env_file: env ?? null }, [
    ...steps.flatMap((step) => describe(step, answers, out)),
    '',
    `${steps.length - problems - left} of ${steps.length} steps are done, ${problems} have a problem, ${left} are to do.`,
    ...(env === undefined ? [] : [`Credentials are in ${env}, readable by you alone.`]),
    ...(code?.limits ?? []).map((limit) => `Of the code: ${limit}.`),
  ])
  if (problems > 0) throw new Reported(exitCodes.failure)
}

function takeOptions(before: Answers, { set = [], done = [] }: SetupOptions): Answers {
  let answers = before
  for (const pair of set) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === '')
      throw new UsageError(`--set ${pair} is not NAME=VALUE.`, {
        field: '--set',
        action: 'Such as --set website=https://example.com',
      })
    answers = answered(answers, name, value)
  }
  for (const id of done)
    if (!manualSteps.includes(id))
      throw new UsageError(`${id} is no step that is ticked by hand.`, {
        field: '--done',
        action: `Those are ${manualSteps.join(', ')}; the others are looked at.`,
      })
  return done.length === 0 ? answers : { ...answers, done: [...new Set([...(answers.done ?? []), ...done])] }
}

async function practice(context: Context): Promise<Control> {
  const origin = context.config.tiktokOrigin ?? (await findEmulator(context))
  if (!isLocal(origin))
    throw new UsageError('There is no emulator on this machine to practise with.', {
      field: '--practice',
      action: 'Start it with `npx tockwork dev` in another terminal.',
    })
  return new Control(context, origin)
}

/** Asks for what is missing, step by step, and keeps each answer at once: whoever gives up goes on there. */
async function converse(
  context: Context,
  before: Answers,
  look: () => Promise<{ steps: Step[] }>,
  keep: (now: Answers) => void,
): Promise<Answers> {
  const prompts = new Prompts(context.out, context.signal)
  let answers = before
  const remember = async (now: Answers): Promise<void> => {
    answers = now
    keep(now)
    await writeAnswers(context.config.dataDir, now)
  }
  for (const step of (await look()).steps) {
    if (step.state === 'ok') continue
    context.out.stdout.write(`${describe(step, answers, context.out).join('\n')}\n  ${step.how}\n`)
    for (const name of missing(step, answers)) {
      const text = await prompts.text(`${questions[name]} (Enter: later)`)
      if (text.trim() !== '') await remember(answered(answers, name, text, name))
    }
    if (step.manual && (await prompts.yes(`${step.title}: done?`, false)))
      await remember({ ...answers, done: [...(answers.done ?? []), step.id] })
  }
  return answers
}

/** The path that was written, or undefined when nothing was asked for. */
async function keepEnv(
  context: Context,
  { writeEnv, force }: SetupOptions,
  answers: Answers,
  secret: string | undefined,
): Promise<string | undefined> {
  if (writeEnv === undefined || writeEnv === false) return undefined
  const key = answers.client_key ?? context.config.clientKey
  if (key === undefined || secret === undefined)
    throw new UsageError('The env file wants a client key and its secret.', {
      field: '--write-env',
      action: 'Give --set client_key=…, and TIKTOK_CLIENT_SECRET in the environment.',
    })
  const path = resolve(context.cwd, writeEnv === true ? '.env' : writeEnv)
  const change = await planEnvFile(path, { TIKTOK_CLIENT_KEY: key, TIKTOK_CLIENT_SECRET: secret })
  if (change.replaces.length > 0 && force !== true) {
    const names = change.replaces.join(', ')
    const agreed =
      context.out.interactive &&
      (await new Prompts(context.out, context.signal).yes(`${path} has another ${names}. Replace it?`, false))
    if (!agreed)
      throw new UsageError(`${path} has another ${names}; nothing was written.`, {
        field: '--write-env',
        action: 'Replace it with --force, or name another file.',
      })
  }
  await writeEnvFile(path, change)
  return path
}

const marks: Readonly<Record<Step['state'], [Parameters<Context['out']['style']>[0], string]>> = {
  ok: ['green', '✓'],
  problem: ['red', '✗'],
  todo: ['dim', '·'],
}

function describe(step: Step, answers: Answers, out: Context['out']): string[] {
  const wants = missing(step, answers)
  return [
    `${out.style(...marks[step.state])} ${step.title} ${out.style('dim', `[${step.id}]`)}`,
    ...step.seen.map((line) => `    ${line}`),
    ...(step.state === 'todo' && wants.length > 0 ? [`    wanted: ${wants.join(', ')}`] : []),
    ...(step.state === 'ok' ? [] : [`    ${out.style('dim', step.source)}`]),
  ]
}

/** What setup has been told, kept between runs. No secret is among it. */
import { join } from 'node:path'
import { UsageError } from '@tockwork/kernel'
import * as z from 'zod/mini'
import { readIfThere, writePrivateFile } from '../state/private-file.ts'

const list = z.array(z.string())
const answers = z.strictObject({
  client_key: z.optional(z.string()),
  sandbox_client_key: z.optional(z.string()),
  platform: z.optional(z.enum(['web', 'desktop'])),
  redirect_uris: z.optional(list),
  website: z.optional(z.string()),
  privacy_policy: z.optional(z.string()),
  terms: z.optional(z.string()),
  webhook_url: z.optional(z.string()),
  url_properties: z.optional(list),
  /** Signature text of each property, from the portal: `tiktok-developers-site-verification=…` or the token alone. */
  url_tokens: z.optional(z.record(z.string(), z.string())),
  scopes: z.optional(list),
  target_users: z.optional(list),
  /** Ids of steps that only a person can tick. */
  done: z.optional(list),
})
export type Answers = z.output<typeof answers>
export type AnswerName = keyof Answers

/** How an answer is asked for, and which hold several. */
export const questions = {
  platform: 'Does the app run on the web or as a desktop program (web, desktop)?',
  client_key: 'Client key of the app in production',
  sandbox_client_key: 'Client key of the sandbox, which has its own',
  redirect_uris: 'Redirect URIs, separated by commas',
  website: 'Address of the website',
  privacy_policy: 'Address of the privacy policy',
  terms: 'Address of the terms of service',
  url_properties: 'URL properties: domains, or prefixes of https addresses, separated by commas',
  webhook_url: 'Address that takes webhooks',
  scopes: 'Scopes that you ask for, separated by commas',
  target_users: 'Target users of the sandbox, separated by commas',
} as const
export type QuestionName = keyof typeof questions

const LISTS = new Set<string>(['redirect_uris', 'url_properties', 'scopes', 'target_users'])
const MOST_LENGTH = 4000

export const answersFile = (dataDir: string): string => join(dataDir, 'cli', 'setup.json')

/** @throws {UsageError} when the file is not what setup wrote. */
export async function readAnswers(dataDir: string): Promise<Answers> {
  const path = answersFile(dataDir)
  const text = await readIfThere(path)
  if (text === undefined) return {}
  try {
    return z.parse(answers, JSON.parse(text))
  } catch (cause) {
    throw new UsageError(`${path} is not what setup wrote.`, { action: 'Mend it, or remove it.', cause })
  }
}

export const writeAnswers = (dataDir: string, value: Answers): Promise<void> =>
  writePrivateFile(answersFile(dataDir), `${JSON.stringify(value, null, 2)}\n`)

/**
 * Takes one answer in. An empty text forgets it.
 * @param field what to name in an error, such as `--set`.
 * @throws {UsageError} naming the answer and the rule.
 */
export function answered(before: Answers, name: string, text: string, field = '--set'): Answers {
  const value = text.trim()
  if (/secret/i.test(name))
    throw new UsageError('A secret is not an answer: it would stay in the history of the shell.', {
      field,
      action: 'Set TIKTOK_CLIENT_SECRET in the environment; setup writes it into the env file.',
    })
  if (value.length > MOST_LENGTH) throw new UsageError(`${name} is too long.`, { field })
  const token = /^url_token\.(.+)$/.exec(name)?.[1]
  if (token !== undefined) return { ...before, url_tokens: { ...before.url_tokens, [token]: value } }
  if (!Object.hasOwn(questions, name))
    throw new UsageError(`setup has no answer ${JSON.stringify(name)}.`, {
      field,
      action: `Answers are ${Object.keys(questions).join(', ')}, and url_token.PROPERTY.`,
    })
  if (name === 'platform' && value !== '' && value !== 'web' && value !== 'desktop')
    throw new UsageError('platform is web or desktop.', { field })
  const { [name as QuestionName]: _, ...rest } = before
  if (value === '') return rest
  return {
    ...rest,
    [name]: LISTS.has(name) ? [...new Set(value.split(/[\s,]+/).filter(Boolean))] : value,
  }
}

/** Bodies of the session routes, read strictly: they belong to no operation whose schema would do it. */
import { problem } from '@tockwork/api'
import { z } from 'zod'
import { unstorableTexts } from '../http/storable-text.ts'
import { fieldErrors } from '../http/strict.ts'
import { PASSWORD_LENGTH } from './passwords.ts'

export const login = z
  .string()
  .trim()
  .toLowerCase()
  .min(1)
  .max(200)
  .regex(/^[^\s\p{C}]+$/u, 'No spaces')

/** Of one to be set; any is compared. */
export const newPassword = z
  .string()
  .min(PASSWORD_LENGTH.least, `At least ${PASSWORD_LENGTH.least} characters`)
  .max(PASSWORD_LENGTH.most)
export const anyPassword = z.string().min(1).max(PASSWORD_LENGTH.most)
export const personName = z.string().trim().min(1).max(100)
export const linkToken = z.string().max(100)

/** @throws {Problem} `unsupported_media_type`, `malformed_json`, `invalid_request` */
export function readBody<S extends z.ZodType>(
  schema: S,
  { body, headers }: { body: Uint8Array; headers: Readonly<Record<string, string | undefined>> },
): z.output<S> {
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) throw problem('unsupported_media_type')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw problem('malformed_json')
  }
  const result = schema.safeParse(value)
  const errors = result.success ? unstorableTexts(result.data) : fieldErrors(result.error)
  if (result.success && errors.length === 0) return result.data
  throw problem('invalid_request', errors[0]?.message, { errors })
}

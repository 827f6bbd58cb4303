import { ContractError } from '@tockwork/kernel'
import * as z from 'zod/mini'

/** What a schema knows of an answer, checked; what it does not know is kept. @throws {ContractError} naming the field */
export function readShopAnswer<S extends z.ZodMiniType>(
  operation: string,
  schema: S,
  data: unknown,
): z.infer<S> {
  const read = z.safeParse(schema, data)
  if (read.success) return read.data
  const fields = read.error.issues.slice(0, 5).map(({ path }) => path.join('.') || 'data')
  throw new ContractError(`${operation}: the answer does not fit at ${fields.join(', ')}.`, {
    code: 'unexpected_answer',
    retry: 'never',
    endpoint: operation,
    action: 'Report it: what we know of this operation is wrong or out of date.',
  })
}

import { UsageError } from '@tockwork/kernel'

/** The fields to ask for. TikTok gives nothing by default, so none is a mistake that is told before anything is sent. */
export function fieldNames<F extends string>(fields: readonly F[]): F[] {
  if (Array.isArray(fields) && fields.length > 0) return [...fields]
  throw new UsageError('fields is a list of at least one field name', { field: 'fields' })
}

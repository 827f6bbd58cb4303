/** Words of the generated types of TikTok Shop's models. */

/** One of the values that are known, or one that came since. */
export type Known<T extends string> = T | (string & {})

/** A part of which no field is known to be wanted. */
export type Nothing = Readonly<Record<never, never>>

/** An answer without declared fields. */
export type Untyped = Record<string, unknown>

/** A file of an upload. */
export interface ShopFile {
  bytes: Uint8Array
  filename: string
  contentType?: string
}

/**
 * Key management services, seen from the vault: they wrap master keys and unwrap them again. They are asked when a master
 * key is made and at the start of a process, and never for a single token: that would cost a network call for each, and
 * a service that is away would stop every refresh.
 */

/** How a wrapped key begins, which says who unwraps it. */
export const WRAPPER_SCHEMES = ['awskms', 'vault', 'gcpkms'] as const
export type WrapperScheme = (typeof WRAPPER_SCHEMES)[number]

export interface KeyWrapper {
  /** Answers the wrapped key with its scheme in front: `awskms:AQICAH…`. @throws {KmsError} */
  wrap(key: Uint8Array, version: number): Promise<string>
  /** @param wrapped as `wrap` answered it, for the same version. @throws {KmsError} */
  unwrap(wrapped: string, version: number): Promise<Uint8Array>
}

export type KeyWrappers = Partial<Record<WrapperScheme, KeyWrapper>>

/**
 * What a wrapped key is for, authenticated by the service along with it: a key under another version's number, or
 * something else that was encrypted under the same key of the service, does not unwrap.
 */
export function wrappingContext(version: number): Readonly<Record<string, string>> {
  return { purpose: 'tockwork-master-key', version: String(version) }
}

/** The same as bytes, for services that take one text. */
export function wrappingContextText(version: number): string {
  return Buffer.from(JSON.stringify(wrappingContext(version)), 'utf8').toString('base64')
}

/** The scheme's own part of a wrapped key. */
export function withoutScheme(scheme: WrapperScheme, wrapped: string): string {
  return wrapped.startsWith(`${scheme}:`) ? wrapped.slice(scheme.length + 1) : wrapped
}

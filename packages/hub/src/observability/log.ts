/** Where parts of the hub write to; pino's loggers fit. Details first, then a sentence. Never a secret in either. */
export interface Log {
  debug(detail: object, message: string): void
  info(detail: object, message: string): void
  warn(detail: object, message: string): void
  error(detail: object, message: string): void
}

const nothing = (): void => undefined

/** Writes nowhere, for tests. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

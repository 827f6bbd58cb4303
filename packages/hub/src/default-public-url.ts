const DEFAULT_PORT = 4848

/** TikTok's desktop rules, and the emulator's demo apps, know `localhost` with its port and any port of 127.0.0.1. */
export function defaultPublicUrl(port: number): string {
  return port === DEFAULT_PORT ? `http://localhost:${port}` : `http://127.0.0.1:${port}`
}

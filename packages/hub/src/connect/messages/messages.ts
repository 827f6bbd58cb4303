/** What the connect pages say, in one language. */

/** Scopes that creators are asked for by default; any other is named in TikTok's English words. */
export const WORDED_SCOPES = [
  'user.info.basic',
  'user.info.profile',
  'user.info.stats',
  'video.list',
  'video.publish',
  'video.upload',
] as const

/** `{who}` is whoever asks, `{app}` their TikTok app, `{name}` the creator. */
export interface ConnectMessages {
  asks: string
  again: string
  ifYouAgree: string
  scopes: Readonly<Record<(typeof WORDED_SCOPES)[number], string>>
  leaveOut: string
  howLong: string
  go: string
  password: string
  unexpected: string
  connected: string
  connectedUnnamed: string
  leftOut: string
  allowLater: string
  close: string
  done: string
  nothing: string
  denied: string
  retry: string
  failed: string
  failedText: string
  unknown: string
  unknownText: string
  expired: string
  expiredText: string
  foreignText: string
  running: string
  runningText: string
  yourAccounts: string
  disconnect: string
  connectAnother: string
  notOffered: string
}

/**
 * A message with its places filled. Each name is isolated from the direction of the text around it, or an English name
 * would drag the punctuation of an Arabic sentence along.
 */
export function fill(
  message: string,
  values: Readonly<Record<string, string>> = {},
  direction: 'ltr' | 'rtl' = 'ltr',
): string {
  return message.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name]
    if (value === undefined) return place
    return direction === 'rtl' ? `\u2068${value}\u2069` : value
  })
}

/** What the client tells a logger or a metric. Nothing in an event is secret: addresses are redacted, tokens left out. */
export type TikTokEvent =
  | {
      type: 'request'
      endpoint: string
      attempt: number
      method: string
      url: string
      user: string | undefined
    }
  | {
      type: 'response'
      endpoint: string
      attempt: number
      status: number
      /** TikTok's code; `ok` on success. */
      code: string
      logId: string | undefined
      /** From sending to the whole answer. */
      ms: number
    }
  | { type: 'retry'; endpoint: string; attempt: number; delayMs: number; reason: string }
  /** A call waits for its turn; `ms` where it can be told. */
  | { type: 'wait'; endpoint: string; user: string | undefined; ms: number | undefined }
  | { type: 'refresh'; openId: string; outcome: 'ok' | 'failed'; code: string | undefined }
  | { type: 'warning'; code: string; message: string }

export type OnEvent = (event: TikTokEvent) => void

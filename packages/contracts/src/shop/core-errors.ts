/** Codes that any operation of TikTok Shop can answer. Source: partner.tiktokshop.com/docv2, common errors. */
import type { Provenance } from '@tockwork/kernel'
import { transientCodes } from './transient-errors.generated.ts'

/**
 * Whether the same call can succeed when made again: `throttled` and `transient` after a pause; `refresh` with a renewed
 * token, once; `never` otherwise. `transient` says nothing about whether the first call was carried out.
 */
export type ShopRetry = 'never' | 'transient' | 'throttled' | 'refresh'

export interface ShopErrorEntry {
  meaning: string
  action: string
  retry: ShopRetry
  /** What would mend the credentials. */
  needs?: 'refresh' | 'reconnect' | 'scope' | 'credentials'
  provenance: Provenance
}

const FIX_CALL = 'Correct the call.'
const RETRY_LATER = 'Try again with growing pauses.'

export const coreShopErrors: Readonly<Record<number, ShopErrorEntry>> = {
  36009002: {
    meaning: 'Too many calls.',
    action:
      'Wait, then spread the calls out: 50 a second for each operation and shop, 1,000 an hour in a sandbox.',
    retry: 'throttled',
    provenance: 'documented',
  },
  36009003: {
    meaning: "TikTok's own failure.",
    action: RETRY_LATER,
    retry: 'transient',
    provenance: 'documented',
  },
  36009004: {
    meaning: 'Something in the credentials or parameters is missing or wrong.',
    action:
      'Read what TikTok says. Common: the clock is off by more than five minutes, a cipher where none is wanted, a mandatory sort_field left out.',
    retry: 'never',
    provenance: 'documented',
  },
  36009007: {
    meaning: 'A service behind the gateway did not answer in time.',
    action: `${RETRY_LATER} A smaller request may help.`,
    retry: 'transient',
    provenance: 'documented',
  },
  36009009: {
    meaning: 'There is no operation at that path.',
    action: FIX_CALL,
    retry: 'never',
    provenance: 'documented',
  },
  36009010: {
    meaning: 'The path does not take this verb.',
    action: FIX_CALL,
    retry: 'never',
    provenance: 'documented',
  },
  36009014: {
    meaning: 'This version is unknown or retired.',
    action: 'Call a newer version of the operation.',
    retry: 'never',
    provenance: 'documented',
  },
  36009021: {
    meaning: 'The file is too large.',
    action: 'Send a smaller file.',
    retry: 'never',
    provenance: 'documented',
  },
  36009022: {
    meaning: 'The body is neither JSON nor multipart.',
    action: FIX_CALL,
    retry: 'never',
    provenance: 'documented',
  },
  36009023: {
    meaning: 'The operation takes multipart only.',
    action: FIX_CALL,
    retry: 'never',
    provenance: 'documented',
  },
  36009033: {
    meaning: "This machine's address is not in the app's allow list.",
    action: 'Add the address in Partner Center, or call from one that is listed.',
    retry: 'never',
    needs: 'credentials',
    provenance: 'documented',
  },
  36004001: {
    meaning: 'The refresh token has expired.',
    action: 'Send the seller through consent again.',
    retry: 'never',
    needs: 'reconnect',
    provenance: 'observed',
  },
  101000: {
    meaning: 'The token or cipher does not belong to what is asked for.',
    action: "Use a token of the right kind, and the cipher that this token's own list of shops gives.",
    retry: 'never',
    provenance: 'documented',
  },
  105001: {
    meaning: 'The access token is not valid, or the authorization was withdrawn.',
    action: 'Send the user through consent again.',
    retry: 'never',
    needs: 'reconnect',
    provenance: 'documented',
  },
  105002: {
    meaning: 'The access token has expired.',
    action: 'Refresh it once and repeat the call once.',
    retry: 'refresh',
    needs: 'refresh',
    provenance: 'documented',
  },
  105004: {
    meaning: "The seller's state or region does not allow it.",
    action: 'Look at the shop in Seller Center.',
    retry: 'never',
    provenance: 'assumed',
  },
  105005: {
    meaning: 'The app or the token lacks the scope.',
    action: 'Add the scope to the app, then send the user through consent again.',
    retry: 'never',
    needs: 'scope',
    provenance: 'documented',
  },
  106001: {
    meaning: 'The signature is wrong.',
    action: 'Check the app secret, and that nothing between here and TikTok changes the request.',
    retry: 'never',
    needs: 'credentials',
    provenance: 'observed',
  },
  106013: {
    meaning: 'shop_cipher is missing.',
    action: 'Say which shop the call is about.',
    retry: 'never',
    provenance: 'documented',
  },
}

const transient = new Set(transientCodes)

/** Whether a code may pass by itself, for all codes that are known; unknown ones are `never`. */
export function shopRetryOf(code: number): ShopRetry {
  return coreShopErrors[code]?.retry ?? (transient.has(code) ? 'transient' : 'never')
}

export { authorize, callback, VERIFIER_PATTERN } from './authorize.ts'
export { checkQrCode, getQrCode, qrCodeStatuses } from './qrcode.ts'
export { clientToken, exchangeCode, refreshToken, revoke, userToken } from './token.ts'
export { callbackErrors, pkce, qrCodeRules, tokenRules } from './token-rules.ts'

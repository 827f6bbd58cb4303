import { consentWords } from '../../tiktok/capabilities.ts'
import { type ConnectMessages, WORDED_SCOPES } from './messages.ts'

export const en: ConnectMessages = {
  asks: '{who} asks to connect your TikTok account',
  again: 'Last time nothing was connected. You can try again.',
  ifYouAgree: 'If you agree, {who} can, through its TikTok app “{app}”:',
  // TikTok's page says the same right after this one.
  scopes: Object.fromEntries(
    WORDED_SCOPES.map((scope) => [scope, consentWords(scope)]),
  ) as ConnectMessages['scopes'],
  leaveOut: 'TikTok shows you this list again and asks you to agree. You can leave single points out there.',
  howLong: 'It lasts until you end it, and ends by itself after a year in which it was not used.',
  go: 'Continue to TikTok',
  password:
    'We never see your TikTok password. You can end this at any time in TikTok, under Settings › Security and permissions › Apps and services permissions.',
  unexpected: 'If you did not expect this page, close it: nothing happens.',
  connected: '{name} is connected',
  connectedUnnamed: 'Your TikTok account is connected',
  leftOut: 'You left these out, so they will not work:',
  allowLater: 'To allow them after all, connect once more.',
  close: 'You can close this page.',
  done: 'Done',
  nothing: 'Nothing was connected',
  denied: 'You did not agree at TikTok, so nothing changes.',
  retry: 'Try again',
  failed: 'TikTok did not finish the connection',
  failedText: 'Nothing was connected. It may work in a few minutes.',
  unknown: 'This link is not known',
  unknownText: 'It may be incomplete. Ask whoever sent it to you for a new one.',
  expired: 'This link has expired',
  expiredText: 'Nothing was connected. Ask whoever sent it to you for a new one.',
  foreignText:
    'This answer from TikTok does not belong to a connection that was begun here, or it is too old. Open the link that you were sent once more.',
  running: 'This is being done already',
  runningText: 'The page was opened twice, and the first one is at work. You can close this one.',
  yourAccounts: 'Your connected accounts',
  disconnect: 'Disconnect',
  connectAnother: 'Connect another account',
  notOffered: 'This platform cannot be connected here.',
}

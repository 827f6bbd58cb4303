import type { HandleMessages } from './messages.ts'

export const en: HandleMessages = {
  asks: '{who} asks to connect your Bluesky account',
  ifYouAgree: 'If you agree, {who} can:',
  read: 'see your profile and how many follow you',
  posts: 'see your posts, how they do, and what others answer',
  publish: 'post for you: text, pictures and videos',
  never: 'Nobody gets your direct messages or your own password.',
  handle: 'Your handle',
  handleHint: 'For example mika.bsky.social',
  go: 'Continue to Bluesky',
  orPassword: 'Use an app password instead',
  passwordHint:
    'Make one in Bluesky under Settings › Privacy and security › App passwords. It looks like abcd-efgh-ijkl-mnop. Never enter your own password here.',
  appPassword: 'App password',
  connect: 'Connect',
  endIt:
    'It lasts until you end it, in Bluesky under Settings › Privacy and security, or wherever you came from.',
  notFound: 'No account of this name was found. See whether it is spelt right.',
  wrongPair: 'Handle and app password do not belong together.',
  ownPassword: 'This is no app password, and it was not sent anywhere. Never enter your own password here.',
  noAnswer: 'The server of this account does not answer. Try again in a few minutes.',
  noPage: 'The server of this account has no page of its own to agree on. Use an app password.',
  tooOften: 'That was tried too often. Ask whoever sent you the link for a new one.',
  denied: 'You did not agree, so nothing changes.',
  failed: 'Bluesky did not finish the connection',
  connected: 'Your Bluesky account is connected',
  pick: 'Which account do you want to connect?',
}

/** What the pages say where a creator is known by a handle and not by a page of one company's. `{who}` is whoever asks. */
export interface HandleMessages {
  asks: string
  ifYouAgree: string
  read: string
  posts: string
  publish: string
  never: string
  handle: string
  handleHint: string
  go: string
  orPassword: string
  passwordHint: string
  appPassword: string
  connect: string
  endIt: string
  notFound: string
  wrongPair: string
  ownPassword: string
  noAnswer: string
  noPage: string
  tooOften: string
  denied: string
  failed: string
  connected: string
  pick: string
}

/** What the exit code of every command says; `--help` and the README print this table. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  login: 3,
  refused: 4,
  unknown: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodeMeanings: readonly [ExitCode, string][] = [
  [exitCodes.ok, 'done'],
  [exitCodes.failure, 'failed: a bug, a full disk, an answer that fits no contract'],
  [exitCodes.usage, 'wrong input; nothing was sent'],
  [exitCodes.login, 'a login or a consent is needed'],
  [exitCodes.refused, 'TikTok said no'],
  [exitCodes.unknown, 'no answer: it may or may not have been carried out'],
  [exitCodes.interrupted, 'interrupted by Ctrl-C or a signal'],
]

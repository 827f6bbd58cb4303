/** Short messages that come up and go: the store. `Notices` shows them. */
export interface Notice {
  id: number
  text: string
  tone: 'good' | 'bad'
}

let notices: readonly Notice[] = []
let nextId = 1
const listeners = new Set<() => void>()

export function notify(text: string, tone: Notice['tone'] = 'good'): void {
  const notice = { id: nextId, text, tone }
  nextId += 1
  notices = [...notices.slice(-3), notice]
  tell()
  // Bad news stays until it is dismissed: it may have to be read twice.
  if (tone === 'good') setTimeout(() => dismiss(notice.id), 5_000)
}

export function dismiss(id: number): void {
  notices = notices.filter((notice) => notice.id !== id)
  tell()
}

export function currentNotices(): readonly Notice[] {
  return notices
}

export function onNotices(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell(): void {
  for (const listener of listeners) listener()
}

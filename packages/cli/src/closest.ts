/** Names that somebody may have meant, best first. */
export function closest(word: string, names: readonly string[], most = 3): string[] {
  const wanted = bare(word)
  return [...new Set(names)]
    .map((name) => ({
      name,
      distance: Math.min(rank(wanted, bare(name)), rank(wanted, bare(lastPart(name)))),
    }))
    .filter(({ distance }) => distance <= Math.max(3, wanted.length / 2))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name)
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** `videoList` of `display.videoList`. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** Letters to change; a part of a name counts as near. */
function rank(wanted: string, name: string): number {
  return wanted.length >= 4 && name.includes(wanted) ? 1 : editDistance(wanted, name)
}

function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const now = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (before[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1)
      now.push(Math.min(change, (before[column] as number) + 1, (now[column - 1] as number) + 1))
    }
    before = now
  }
  return before[b.length] as number
}

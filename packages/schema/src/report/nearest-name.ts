// The known name that a mistyped one most likely stands for.

/**
 * The candidate with the fewest edits from `name`, letter case aside. Refuses (undefined) when even
 * the nearest differs in more than a third of its letters.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > 64) return undefined
  let nearest: string | undefined
  let fewest = Infinity
  for (const candidate of candidates) {
    // Letters that are missing are edits: what cannot be near costs no time.
    const missing = Math.abs(name.length - candidate.length)
    if (missing >= fewest || missing > Math.ceil(candidate.length / 3)) continue
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) {
      fewest = edits
      nearest = candidate
    }
  }
  return nearest !== undefined && fewest <= Math.ceil(nearest.length / 3) ? nearest : undefined
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, at(previous, column) + 1, at(current, column - 1) + 1))
    }
    previous = current
  }
  return at(previous, to.length)
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? Infinity
}

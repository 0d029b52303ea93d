// Reasons go to ledgers, pages and logs, so they are one short line whatever a peer sends us.

const charactersMax = 200

/** The text as one line of at most 200 characters, without control characters. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim()
  if (line.length <= charactersMax) return line
  // A cut between the halves of a character would leave half a character.
  const kept = line.slice(0, charactersMax - 1).replace(/[\uD800-\uDBFF]$/, '')
  return `${kept.trimEnd()}…`
}

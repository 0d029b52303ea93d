// Services and areas of a report, each with how narrow the widest label is under which it has been
// told: `13@1` is Tokyo under TLP:GREEN. A filter that looked at more than its viewer may see would
// tell by its answers what the labels hide.

import { tlpRank } from '../projection/audience.ts'

/** Stands for the whole country in a list of prefectures (JIS X 0401 knows 01 to 47). */
export const wholeCountry = '00'

/** Writes a code with the label it stands under. */
export function ranked(code: string, tlp: string): string {
  return `${code}@${tlpRank(tlp)}`
}

/** Joins lists, keeping of each code the widest label; sorted. */
export function joinRanked(...lists: readonly (readonly string[])[]): string[] {
  const ranks = new Map<string, number>()
  for (const [code, rank] of lists.flat().map(split)) {
    ranks.set(code, Math.min(rank, ranks.get(code) ?? rank))
  }
  return [...ranks].map(([code, rank]) => `${code}@${rank}`).toSorted()
}

/** The codes that may be seen up to a rank. */
export function visibleCodes(list: readonly string[], rankMax: number): string[] {
  return list.flatMap((entry) => {
    const [code, rank] = split(entry)
    return rank <= rankMax ? [code] : []
  })
}

/** The codes of a list, each with its rank. */
export function splitRanked(list: readonly string[]): [code: string, rank: number][] {
  return list.map(split)
}

function split(entry: string): [string, number] {
  const at = entry.lastIndexOf('@')
  return [entry.slice(0, at), Number(entry.slice(at + 1))]
}

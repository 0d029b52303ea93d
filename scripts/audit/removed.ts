// What retention says it has removed, and whether that can be: whoever owns the tables can write such
// an entry too. Nobody sees the entries that are gone; those around them have to agree.

import {
  type AuditChain,
  auditIdOf,
  type ChainedEntry,
  type ChainHead,
  type RemovedStretch,
  type RetentionRecord,
} from '@renkei/db'

/** Nothing younger than so many months may go. */
export const keepMonthsMin = 24

export interface Place {
  readonly seq: number
  readonly hash: string
}

/** A stretch that verification went over, and the entry by which it did. */
export interface Removed extends RemovedStretch {
  readonly saidBy: string
  readonly saidAt: string
}

export interface Removals {
  /** Notes an entry that is there. */
  keep(entry: ChainedEntry): void
  /** Goes over the stretch that follows a place, or tells why it does not believe in it. */
  skip(before: Place): { readonly place: Place; readonly doubt?: string }
  /** A stretch that was gone over while some of its month is still there. */
  notWhole(): { readonly seq: number; readonly doubt: string } | undefined
  readonly removed: readonly Removed[]
}

export interface Claim {
  readonly retention: RetentionRecord | undefined
  /** Places that were noted elsewhere: neither they nor what follows can have been removed. */
  readonly anchors: readonly ChainHead[]
  readonly now: Date
}

/** Follows what retention says of one chain, entry by entry. */
export function followRetention(chain: AuditChain, { retention, anchors, now }: Claim): Removals {
  const months = new Map<number, string>()
  const removed: Removed[] = []
  let newestKept = -Infinity
  return {
    removed,
    keep(entry) {
      const at = Date.parse(entry.at)
      newestKept = Math.max(newestKept, at)
      if (!months.has(monthOf(at))) months.set(monthOf(at), auditIdOf(entry))
    },
    skip(before) {
      const stretch = retention?.removed.find(
        (one) => one.chain === chain && one.from === before.seq + 1,
      )
      if (!retention || !stretch) return { place: before }
      const doubt =
        doubtAge(stretch, retention, now) ??
        doubtOrder(stretch, newestKept) ??
        doubtAnchors(stretch, anchors)
      if (doubt) {
        return { place: before, doubt: `${retention.auditId} says it was removed, but ${doubt}` }
      }
      removed.push({ ...stretch, saidBy: retention.auditId, saidAt: retention.at })
      return { place: { seq: stretch.to, hash: stretch.lastHash } }
    },
    notWhole() {
      for (const { from, since, until, saidBy } of removed) {
        const left = [since, until].flatMap((at) => months.get(monthOf(Date.parse(at))) ?? [])[0]
        const doubt = `${saidBy} says its whole month was removed, but ${left} is of that month`
        if (left) return { seq: from, doubt }
      }
      return undefined
    },
  }
}

// Processes note their instants a little apart, and so do their clocks.
const apartMs = 3_600_000

function doubtAge(
  { since, until }: RemovedStretch,
  { at }: RetentionRecord,
  now: Date,
): string | undefined {
  const said = Date.parse(at)
  if (said > now.getTime() + apartMs) return 'is of a time that is to come'
  const isOld = monthOf(Date.parse(until)) + keepMonthsMin < monthOf(said)
  if (isOld && Date.parse(since) <= Date.parse(until)) return undefined
  return `not that it was ${keepMonthsMin} whole months old`
}

// What goes is the beginning of a chain. Behind it, at the turn of a month, a few entries of older
// months may stand after some that stay; so a later stretch needs what stays before it to be as old.
function doubtOrder({ until }: RemovedStretch, newestKept: number): string | undefined {
  const last = new Date(until)
  const end = Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1)
  return newestKept < end + apartMs ? undefined : 'what stands before it is younger'
}

function doubtAnchors(
  { chain, to }: RemovedStretch,
  anchors: readonly ChainHead[],
): string | undefined {
  const anchor = anchors.find((one) => one.chain === chain && one.seq <= to)
  return anchor && `${auditIdOf(anchor)} was anchored, and is gone or stands before what is`
}

function monthOf(instant: number): number {
  const date = new Date(instant)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

// What organisations have agreed to share, kept in memory and compared with the database by one
// number before it is asked: whoever decides what may be seen decides with what holds now.

import { isInForce, type Share, type ShareFinder } from '@renkei/schema'
import { sql } from 'kysely'
import type { Db, Tx } from '../open-database.ts'

export interface SharingBook {
  /** Takes over what has changed; within a transaction, as that transaction sees it. */
  refresh(db: Db | Tx): Promise<void>
  /** Finds what is in force from one organisation to another, as of the last refresh. */
  readonly find: ShareFinder
  /** What is in force towards an organisation. */
  sharesTo(organisationId: string): readonly Share[]
  /** What is in force from an organisation. */
  sharesFrom(organisationId: string): readonly Share[]
}

/** Makes an empty book; it knows nothing until it is refreshed. */
export function makeSharingBook(now: () => Date): SharingBook {
  let version = 0
  let shares: readonly Share[] = []
  let byPair = new Map<string, Share[]>()
  const inForce = (share: Share) => isInForce(share, now())
  return {
    async refresh(db) {
      const current = await readVersion(db)
      if (current <= version) return
      const read = await readShares(db)
      // Another refresh may have been faster with something newer.
      if (read.version <= version) return
      ;({ version, shares } = read)
      byPair = Map.groupBy(shares, ({ from, to }) => pairOf(from, to))
    },
    find: (from, to) => byPair.get(pairOf(from, to))?.find(inForce),
    sharesTo: (to) => shares.filter((share) => share.to === to && inForce(share)),
    sharesFrom: (from) => shares.filter((share) => share.from === from && inForce(share)),
  }
}

function pairOf(from: string, to: string): string {
  return `${from} ${to}`
}

async function readVersion(db: Db | Tx): Promise<number> {
  const { rows } = await sql<{ version: number }>`SELECT version FROM sharing_version`.execute(db)
  return rows[0]?.version ?? 0
}

interface ShareRow extends Omit<Share, 'kinds' | 'services' | 'prefectures'> {
  readonly kinds: readonly string[] | null
  readonly services: readonly string[] | null
  readonly prefectures: readonly string[] | null
}

// One statement, so that the number and the terms are of one moment. Of several that are in force
// the one accepted last decides.
async function readShares(db: Db | Tx): Promise<{ version: number; shares: Share[] }> {
  const { rows } = await sql<{ version: number; share: ShareRow | null }>`
    SELECT v.version, CASE WHEN a.agreement_id IS NOT NULL THEN json_build_object(
      'agreementId', a.agreement_id, 'from', s.from_organisation, 'to', s.to_organisation,
      'tlpMax', s.tlp_max, 'minLevel', s.min_level, 'kinds', s.kinds, 'services', s.services,
      'prefectures', s.prefectures, 'fieldSets', s.field_sets, 'mayReportFor', s.may_report_for,
      'validFrom', a.valid_from, 'validUntil', a.valid_until) END AS share
    FROM sharing_version v
    LEFT JOIN (agreements a JOIN agreement_shares s USING (agreement_id)) ON a.state = 'active'
    ORDER BY a.decided_at DESC, a.agreement_id DESC`.execute(db)
  const shares = rows.flatMap(({ share }) => (share ? [toShare(share)] : []))
  return { version: rows[0]?.version ?? 0, shares }
}

function toShare({ kinds, services, prefectures, ...rest }: ShareRow): Share {
  return {
    ...rest,
    validFrom: new Date(rest.validFrom),
    validUntil: new Date(rest.validUntil),
    ...(kinds && { kinds }),
    ...(services && { services }),
    ...(prefectures && { prefectures }),
  }
}

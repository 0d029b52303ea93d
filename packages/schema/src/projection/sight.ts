// What one organisation may see of another's report: the one decision that every output asks for.
// Without an agreement the level table and TLP:GREEN are the bound; an agreement adds to that and
// takes nothing away. Decided anew whenever something is shown: what was agreed then does not count.

import { covers, type Share } from '../sharing/share.ts'
import {
  type Audience,
  audienceOf,
  mayAudienceKnow,
  tlpRank,
  type Viewer,
  wider,
} from './audience.ts'
import type { Tlp } from '../generated/report.gen.ts'
import { levelTableNames } from './level-table.ts'

/** What of a report decides who may see it. */
export interface SightFacts {
  readonly organisationId: string
  /** Of all revisions. */
  readonly kinds: readonly string[]
  readonly messageStatus: string
  readonly peakLevel: number
  /** As `filter/ranked.ts` writes them: each with the widest label that it has been seen under. */
  readonly services: readonly string[]
  readonly prefectures: readonly string[]
  /** Whose information a leak concerns. */
  readonly owners: readonly string[]
}

export interface Sight {
  readonly audience: Audience
  /** The narrowest label that is seen without any agreement. */
  readonly tlpMax: Tlp
  /** What an agreement adds. */
  readonly share?: Pick<Share, 'agreementId' | 'tlpMax' | 'fieldSets'>
}

/** Finds what is shared from one organisation to another at this moment. */
export type ShareFinder = (from: string, to: string) => Share | undefined

/** Decides how a viewer sees a report; gives nothing when it may not know of it under any label. */
export function sightOf(viewer: Viewer, report: SightFacts, find: ShareFinder): Sight | undefined {
  const { organisationId } = viewer
  const audience = audienceOf(viewer, report.organisationId)
  const share = find(report.organisationId, organisationId)
  return sightAs(audience, report, { concerned: report.owners.includes(organisationId), share })
}

export interface Ties {
  /** Whether it is the viewer's information that a leak concerns. */
  readonly concerned: boolean
  readonly share: Share | undefined
}

/** Decides how an audience sees a report, with what ties one of it to the reporter. */
export function sightAs(
  audience: Audience,
  report: SightFacts,
  { concerned, share: agreed }: Ties = { concerned: false, share: undefined },
): Sight | undefined {
  if (audience === 'owner') return { audience, tlpMax: 'TLP:RED' }
  if (!mayAudienceKnow(audience, report.messageStatus)) return undefined
  const share = agreed && covers(agreed, report) ? agreed : undefined
  if (report.kinds.includes('leak')) return sightOfLeak(audience, concerned, share)
  const tlpMax = levelTableNames(audience, report) ? 'TLP:GREEN' : 'TLP:CLEAR'
  return { audience, tlpMax, ...(share && { share }) }
}

// A leak has its own ways (4.3.3オ): authorities and those whose information it is.
function sightOfLeak(
  audience: Audience,
  concerned: boolean,
  share: Share | undefined,
): Sight | undefined {
  if (audience === 'public') return undefined
  if (concerned || audience === 'regulator') {
    return { audience, tlpMax: 'TLP:AMBER+STRICT', ...(share && { share }) }
  }
  // Only an agreement lets anybody else know; without it not even a clear label does.
  return share && { audience, tlpMax: 'TLP:CLEAR', share }
}

/** True when what carries a label is within a sight, by default or by agreement. */
export function isWithin(sight: Sight, tlp: string): boolean {
  return tlpRank(tlp) <= reachOf(sight)
}

/** The rank of the narrowest label within a sight. */
export function reachOf({ tlpMax, share }: Sight): number {
  return Math.max(tlpRank(tlpMax), share ? tlpRank(share.tlpMax) : 0)
}

/** The same sight through anything that is pushed: TLP:RED never leaves that way, not even to its owner. */
export function pushed(sight: Sight): Sight {
  const { share } = sight
  return {
    ...sight,
    tlpMax: wider(sight.tlpMax, pushMax),
    ...(share && { share: { ...share, tlpMax: wider(share.tlpMax, pushMax) } }),
  }
}

const pushMax = 'TLP:AMBER+STRICT'

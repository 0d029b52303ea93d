// Who is looking: an organisation is an audience of a report by its kind, or the report's owner.

import type { Tlp } from '../generated/report.gen.ts'

export const audiences = [
  'owner',
  'peer',
  'mvno',
  'vendor',
  'ceptoar',
  'regulator',
  'public',
] as const
export type Audience = (typeof audiences)[number]

const audienceByKind = {
  carrier: 'peer',
  mvno: 'mvno',
  vendor: 'vendor',
  contractor: 'vendor',
  government: 'regulator',
  emergencyAgency: 'regulator',
  ceptoar: 'ceptoar',
  media: 'public',
} as const satisfies Record<string, Audience>

export type ViewerKind = keyof typeof audienceByKind

export interface Viewer {
  readonly organisationId: string
  readonly organisationKind: ViewerKind
}

/** Says as what a viewer sees the reports of an organisation. */
export function audienceOf(viewer: Viewer, reporterId: string): Audience {
  if (viewer.organisationId === reporterId) return 'owner'
  return audienceByKind[viewer.organisationKind]
}

// TLP 2.0 (FIRST, August 2022), from the widest circle to the narrowest.
export const tlpOrder: readonly Tlp[] = [
  'TLP:CLEAR',
  'TLP:GREEN',
  'TLP:AMBER',
  'TLP:AMBER+STRICT',
  'TLP:RED',
]

/** How narrow a label is: 0 for TLP:CLEAR to 4 for TLP:RED; an unknown label counts as the narrowest. */
export function tlpRank(tlp: string): number {
  const rank = tlpOrder.indexOf(tlp as Tlp)
  return rank === -1 ? tlpOrder.length - 1 : rank
}

/** The narrower of two labels. */
export function narrower(a: string, b: string): Tlp {
  return tlpAtRank(Math.max(tlpRank(a), tlpRank(b)))
}

/** The wider of two labels. */
export function wider(a: string, b: string): Tlp {
  return tlpAtRank(Math.min(tlpRank(a), tlpRank(b)))
}

function tlpAtRank(rank: number): Tlp {
  return tlpOrder[rank] ?? 'TLP:RED'
}

/** True when an audience may know of reports of this kind: an exercise is never shown to the public. */
export function mayAudienceKnow(audience: Audience, messageStatus: string): boolean {
  return audience !== 'public' || messageStatus === 'actual'
}

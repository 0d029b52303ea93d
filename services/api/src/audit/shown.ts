// What left in an answer or on a socket, as entries of the audit trail: one for each owner of the
// objects and way of seeing them.

import type { Access } from '@renkei/db'
import type { ReportView, Sight } from '@renkei/schema'

export interface Shown {
  /** The organisation whose object it is. */
  readonly owner: string
  readonly objectId: string
  /** Those of the route unless they are others. */
  readonly objectType?: string
  readonly action?: string
  /** The top-level names of the view that left. */
  readonly fields: readonly string[]
  /** As what the caller saw it, and by which agreement when there was one. */
  readonly sight?: Pick<Sight, 'audience' | 'share'> | undefined
}

export interface Look {
  readonly action: string
  readonly objectType: string
}

export interface Actor {
  readonly organisationId: string
  readonly keyId: string
  readonly address: string
  readonly requestId: string
}

/** A report as it was shown. */
export function shownReport(
  report: { readonly organisationId: string; readonly reportId: string | null },
  { view, sight }: { readonly view: ReportView; readonly sight: Sight },
): Shown {
  const { organisationId: owner, reportId } = report
  return { owner, objectId: reportId ?? '', fields: Object.keys(view), sight }
}

/** Writes the entries of what was shown. */
export function toAccesses(look: Look, actor: Actor, at: Date, shown: readonly Shown[]): Access[] {
  const groups = Map.groupBy(shown, ({ owner, objectType, action, sight }) =>
    [owner, objectType, action, sight?.audience, sight?.share?.agreementId].join(' '),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { owner, objectType = look.objectType, action = look.action, sight } = first
    return {
      ...actor,
      at,
      action,
      objectType,
      objectIds: [...new Set(group.map(({ objectId }) => objectId))],
      objectOwner: owner,
      detail: {
        fields: [...new Set(group.flatMap(({ fields }) => fields))],
        ...(sight && { audience: sight.audience }),
        ...(sight?.share && { agreement: sight.share.agreementId }),
      },
    }
  })
}

// Whether a mail that was ordered is still to be sent when its turn has come: what it says may have
// been answered, closed or narrowed meanwhile.

import {
  type ClaimedMail,
  type Db,
  type EscalatedReport,
  readEscalated,
  type SharingBook,
} from '@renkei/db'
import { isWithin, sightOf } from '@renkei/schema'

export interface JudgeDeps {
  readonly db: Db
  readonly sharing: Pick<SharingBook, 'refresh' | 'find'>
}

/** Gives the reason not to send an order any more; nothing when it is to be sent. */
export async function whyUnneeded(mail: ClaimedMail, deps: JudgeDeps): Promise<string | undefined> {
  if (mail.kind !== 'escalation') return undefined
  const { organisationId } = mail
  const { reportId, revision } = mail.data as { reportId: string; revision: number }
  const report = await readEscalated(deps.db, { reportId, organisationId, revision })
  if (!report) return 'the report is not there any more'
  if (report.answered) return 'the report has been answered meanwhile'
  if (!report.open) return 'the report was closed or withdrawn meanwhile'
  if (report.tlp === 'TLP:RED') return 'the report is TLP:RED by now: it is never mailed'
  await deps.sharing.refresh(deps.db)
  return mayKnow(organisationId, report, deps) ? undefined : 'it may no longer know of the report'
}

function mayKnow(organisationId: string, report: EscalatedReport, { sharing }: JudgeDeps): boolean {
  const viewer = { organisationId, organisationKind: report.audienceKind }
  const sight = sightOf(viewer, report, sharing.find)
  return sight !== undefined && isWithin(sight, report.tlp)
}

// An agreement that both have concluded, for tests that are about what flows by it. It is stored as the
// API stores it, without the notices and the audit entries of the way there.

import { type Db, decideAgreement, insertAgreement, newId } from '@renkei/db'
import type { Agreement, AgreementShare } from '@renkei/schema'

export interface AgreedTerms extends Partial<Omit<AgreementShare, 'from' | 'to'>> {
  /** When it is accepted unless given. */
  readonly validFrom?: Date
  /** A day after it begins unless given. */
  readonly validUntil?: Date
  /** When it is proposed and accepted; now unless given. */
  readonly at?: Date
}

const dayMs = 86_400_000

/** Agrees that what is TLP:AMBER at most, unless told otherwise, flows from the one to the other. */
export async function agree(
  db: Db,
  from: string,
  to: string,
  { at = new Date(), validFrom = at, validUntil, ...terms }: AgreedTerms = {},
): Promise<Agreement> {
  const share: AgreementShare = { tlpMax: 'TLP:AMBER', fieldSets: [], ...terms, from, to }
  const until = validUntil ?? new Date(validFrom.getTime() + dayMs)
  const proposal = {
    counterpart: to,
    ndaReference: 'NDA of a test',
    validFrom: validFrom.toISOString(),
    validUntil: until.toISOString(),
    shares: [share],
  }
  return db.transaction().execute(async (tx) => {
    const { agreementId } = await insertAgreement(tx, {
      agreementId: newId(),
      proposer: from,
      proposal,
      at,
      acceptUntil: new Date(at.getTime() + dayMs),
    })
    return decideAgreement(tx, agreementId, { state: 'active', by: to, at })
  })
}

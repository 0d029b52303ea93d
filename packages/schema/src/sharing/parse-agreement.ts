// Proposals of agreements and their endings as they come in, parsed like reports: all faults at once,
// the value unchanged.

import type { ValidateFunction } from 'ajv'
import type {
  AgreementEnding,
  AgreementProposal,
  AgreementShare,
} from '../generated/agreement.gen.ts'
import { parseInstant, yearsLater } from '../levels/jst.ts'
import { boundedShapeFaults } from '../report/bounded-shape.ts'
import { distinctFaults, type Fault, type Parsed } from '../report/fault.ts'
import { schemas } from '../report/schemas.ts'
import { validatorOf } from '../report/validators.ts'

const validateProposal = part<AgreementProposal>('agreementProposal')
const validateEnding = part<AgreementEnding>('agreementEnding')

export interface ProposalTerms {
  readonly proposer: string
  readonly now: Date
  /** How long an agreement may hold, in years. */
  readonly yearsMax: number
}

/**
 * The proposal, unchanged. Refuses shares that do not lead from the one party to the other, two of one
 * direction, and a validity that is over, dated back by more than a day, or too long.
 */
export function parseAgreementProposal(
  value: unknown,
  terms: ProposalTerms,
): Parsed<'proposal', AgreementProposal> {
  const shape = boundedShapeFaults(value, validateProposal)
  if (shape.length > 0) return { ok: false, faults: distinctFaults(shape) }
  const proposal = value as AgreementProposal
  const faults = [...partyFaults(proposal, terms), ...validityFaults(proposal, terms)]
  return faults.length === 0 ? { ok: true, proposal } : { ok: false, faults }
}

/** The ending of an agreement, unchanged. Refuses one without a reason. */
export function parseAgreementEnding(value: unknown): Parsed<'ending', AgreementEnding> {
  const faults = boundedShapeFaults(value, validateEnding)
  return faults.length === 0
    ? { ok: true, ending: value as AgreementEnding }
    : { ok: false, faults: distinctFaults(faults) }
}

function partyFaults({ counterpart, shares }: AgreementProposal, { proposer }: ProposalTerms) {
  if (counterpart === proposer) {
    return [fault('/counterpart', 'counterpart.other', 'is your own organisation', 'another one')]
  }
  const expected = `from ${proposer} to ${counterpart}, or the other way round`
  const isBetween = ({ from, to }: AgreementShare) =>
    from !== to && [from, to].every((party) => party === proposer || party === counterpart)
  const foreign = shares.flatMap((share, index) =>
    isBetween(share)
      ? []
      : [fault(`/shares/${index}`, 'shares.parties', 'is not between both parties', expected)],
  )
  const [first, second] = shares
  if (foreign.length > 0 || first === undefined || first.from !== second?.from) return foreign
  return [fault('/shares/1', 'shares.direction', 'has the direction of /shares/0', expected)]
}

const dayMs = 86_400_000

function validityFaults(proposal: AgreementProposal, { now, yearsMax }: ProposalTerms): Fault[] {
  const from = parseInstant(proposal.validFrom)
  const until = parseInstant(proposal.validUntil)
  const faults: Fault[] = []
  if (from < now.getTime() - dayMs) {
    const expected = 'at most a day before now'
    faults.push(fault('/validFrom', 'validity.past', 'lies in the past', expected))
  }
  if (until <= now.getTime()) {
    faults.push(fault('/validUntil', 'validity.past', 'lies in the past', 'later than now'))
  } else if (until <= from) {
    const says = 'is not after the beginning of the validity'
    faults.push(fault('/validUntil', 'validity.order', says, `later than ${proposal.validFrom}`))
  } else if (until > yearsLater(from, yearsMax)) {
    const expected = `at most ${yearsMax} years after ${proposal.validFrom}`
    faults.push(fault('/validUntil', 'validity.length', 'is too far away', expected))
  }
  return faults
}

function fault(pointer: string, rule: string, says: string, expected: string): Fault {
  return { pointer, rule, detail: `${pointer} ${says}.`, expected }
}

function part<T>(name: string): ValidateFunction<T> {
  return validatorOf<T>(`${schemas.agreement.$id}#/$defs/${name}`)
}

// A proposal: terms that hold for nobody until the other party has said yes.

import {
  countProposed,
  insertAgreement,
  listAgreements,
  lockOrganisation,
  readOrganisationKinds,
  type Tx,
} from '@renkei/db'
import {
  type Agreement,
  type AgreementProposal,
  type Fault,
  parseAgreementProposal,
} from '@renkei/schema'
import type { FastifyRequest } from 'fastify'
import { isDeepStrictEqual } from 'node:util'
import { DomainError, invalidBody } from '../problem/domain-error.ts'
import type { AgreementDeps } from './agreement-deps.ts'
import { conclude, concludeUnchanged, ringForNotice } from './conclude.ts'

export interface Proposed {
  readonly agreement: Agreement
  /** False for a proposal that was there before and is open. */
  readonly isNew: boolean
}

/** Stores a proposal; the same one again, while it is open, is answered with the first. */
export async function propose(request: FastifyRequest, deps: AgreementDeps): Promise<Proposed> {
  const proposer = request.caller.organisationId
  const at = deps.clock.now()
  const terms = { proposer, now: at, yearsMax: deps.agreementYearsMax }
  const parsed = parseAgreementProposal(request.body, terms)
  if (!parsed.ok) throw invalidAgreement(parsed.faults)
  const { proposal } = parsed
  await requireRegistered(proposal.counterpart, deps)
  const proposed = await deps.db.transaction().execute(async (tx) => {
    await lockOrganisation(tx, proposer)
    const open = await findSame(tx, proposal, { party: proposer, at })
    if (open) {
      await concludeUnchanged(tx, open, { request, deps })
      return { agreement: open, isNew: false }
    }
    await requireRoom(tx, proposer, deps)
    const acceptUntil = new Date(at.getTime() + deps.proposalDaysMax * dayMs)
    const agreementId = deps.newId()
    const stored = await insertAgreement(tx, { agreementId, proposer, proposal, at, acceptUntil })
    await conclude(tx, stored, { done: 'proposed', at }, { request, deps })
    return { agreement: stored, isNew: true }
  })
  if (proposed.isNew) ringForNotice(deps)
  return proposed
}

const dayMs = 86_400_000

/** The refusal of a proposal or an ending with its faults. */
export function invalidAgreement(faults: readonly Fault[]): DomainError {
  return invalidBody('invalid-agreement', faults)
}

// Members may look up who is registered, so this tells nothing that is hidden.
async function requireRegistered(counterpart: string, { db }: AgreementDeps): Promise<void> {
  const known = await readOrganisationKinds(db, [counterpart])
  if (known.has(counterpart)) return
  throw invalidAgreement([
    {
      pointer: '/counterpart',
      rule: 'counterpart.registered',
      detail: '/counterpart is not registered.',
      expected: 'a registered organisation, as GET /v1/organisations lists them',
    },
  ])
}

async function requireRoom(tx: Tx, proposer: string, deps: AgreementDeps): Promise<void> {
  const count = await countProposed(tx, proposer, deps.clock.now())
  if (count < deps.agreementsPerOrganisationMax) return
  const detail = `Your organisation has proposed ${count} agreements that are open or hold, as many as it may.`
  throw new DomainError('limit-reached', detail)
}

async function findSame(
  tx: Tx,
  proposal: AgreementProposal,
  reading: { readonly party: string; readonly at: Date },
): Promise<Agreement | undefined> {
  const filter = { states: ['proposed'] as const, counterpart: proposal.counterpart }
  const open = await listAgreements(tx, reading, filter, { limit: sameLookedAtMax })
  const wanted = termsOf(proposal)
  return open.find(
    (agreement) =>
      agreement.proposer === reading.party && isDeepStrictEqual(termsOf(agreement), wanted),
  )
}

const sameLookedAtMax = 100

// As they are stored: instants are compared, not their spelling, and defaults are filled in.
function termsOf({ ndaReference, remark, validFrom, validUntil, shares }: Terms) {
  return {
    ndaReference,
    remark,
    validity: [Date.parse(validFrom), Date.parse(validUntil)],
    shares: shares
      .map((share) => ({ minLevel: 0, mayReportFor: false, ...share }))
      .toSorted((a, b) => a.from.localeCompare(b.from)),
  }
}

type Terms = Pick<
  AgreementProposal,
  'ndaReference' | 'remark' | 'validFrom' | 'validUntil' | 'shares'
>

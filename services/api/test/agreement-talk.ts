// How two organisations come to an agreement through the API.

import type { Agreement, AgreementShare } from '@renkei/schema'
import type { TestAnswer } from './call-api.ts'
import type { Party } from './parties.ts'
import type { Json } from './sample-report.ts'

const dayMs = 86_400_000

/** The instant so many days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString()

/** Terms from now on by which TLP:AMBER flows one way, with some members replaced. */
export function terms(
  from: Party,
  to: Party,
  members: Json = {},
  share: Partial<AgreementShare> = {},
): Json {
  const direction = { from: from.organisationId, to: to.organisationId }
  return {
    counterpart: to.organisationId,
    ndaReference: 'NDA-1',
    validFrom: inDays(0),
    validUntil: inDays(100),
    shares: [{ ...direction, tlpMax: 'TLP:AMBER', fieldSets: [], ...share }],
    ...members,
  }
}

/** Proposes such terms; rejects when they are refused. */
export async function propose(
  from: Party,
  to: Party,
  members: Json = {},
  share: Partial<AgreementShare> = {},
): Promise<Agreement> {
  const json = terms(from, to, members, share)
  const { status, text, body } = await from.request('/v1/agreements', { json })
  if (status !== 201) throw new Error(`answered ${status}: ${text}`)
  return body
}

/** Says a word to an agreement. */
export function say(
  party: Party,
  { agreementId }: Pick<Agreement, 'agreementId'>,
  word: string,
): Promise<TestAnswer> {
  return party.request(`/v1/agreements/${agreementId}/${word}`, {
    method: 'POST',
    ...(word === 'end' && { json: { reason: 'the NDA ends' } }),
  })
}

/** The agreement as a party reads it now. */
export async function readBack(party: Party, { agreementId }: Agreement): Promise<Agreement> {
  return (await party.request(`/v1/agreements/${agreementId}`)).body
}

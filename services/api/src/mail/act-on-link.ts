// What a link does when its button is pressed: once, in one transaction with its entry in the audit
// trail. The link stands for the organisation that it was made for.

import {
  addressInQuestion,
  appendAudit,
  appendNotice,
  findLink,
  findSubscription,
  linkHash,
  readOrganisationKinds,
  recordAcknowledgement,
  type StoredLink,
  TooMuchSaidError,
  type Tx,
  updateSubscription,
  useLink,
} from '@renkei/db'
import { eventTypes } from '@renkei/schema'
import { seeReport } from '../acknowledgements/see-report.ts'
import type { AcknowledgementDeps } from '../acknowledgements/acknowledgement-deps.ts'
import { DomainError } from '../problem/domain-error.ts'
import type { LinkState } from './link-page.ts'

export type LinkDeps = Omit<AcknowledgementDeps, 'contactConfirmDays'>

/** A press of a button. */
export interface Press {
  readonly token: string
  /** The value of the button; anything else than the page offers does nothing. */
  readonly answer: string
  readonly requestId: string
  readonly address: string
}

/** What a link is just now, without using it. */
export async function lookAtLink(token: string, { db, clock }: LinkDeps): Promise<LinkState> {
  return stateOf(await findLink(db, token), clock.now())
}

function stateOf(link: StoredLink | undefined, now: Date): LinkState {
  if (!link) return { kind: 'unknown' }
  if (link.usedAs !== null && link.usedAs !== 'seen') return { kind: 'done', link }
  if (link.expiresAt <= now) return { kind: 'expired' }
  return { kind: 'open', link }
}

/** Uses a link; resolves to what its page then says. A second press changes nothing. */
export async function actOnLink(press: Press, deps: LinkDeps): Promise<LinkState> {
  const before = await lookAtLink(press.token, deps)
  if (before.kind !== 'open') return before
  if (before.link.purpose === 'acknowledge' && !(await mayAnswer(before.link, deps))) {
    return { kind: 'gone' }
  }
  const state = await deps.db
    .transaction()
    .execute(async (tx) => {
      const now = deps.clock.now()
      const link = await findLink(tx, press.token, { forUpdate: true })
      const found = stateOf(link, now)
      if (found.kind !== 'open') return found
      return acts[found.link.purpose](tx, found.link, { ...press, now, deps })
    })
    .catch((error: unknown): LinkState => {
      if (error instanceof TooMuchSaidError) return { kind: 'tooMuchSaid' }
      throw error
    })
  if (state.kind === 'done') {
    deps.tail.poke()
    deps.bell.ring('level0to2')
  }
  return state
}

// What was narrowed since the mail went is not answered any more.
async function mayAnswer(link: StoredLink, deps: LinkDeps): Promise<boolean> {
  const { organisationId, reportId, revision } = link
  const organisationKind = (await readOrganisationKinds(deps.db, [organisationId])).get(
    organisationId,
  )
  if (reportId === null || revision === null || organisationKind === undefined) return false
  try {
    const { row } = await seeReport(deps, { organisationId, organisationKind }, reportId, revision)
    return row.organisationId !== organisationId
  } catch (error) {
    if (error instanceof DomainError) return false
    throw error
  }
}

interface Pressed extends Press {
  readonly now: Date
  readonly deps: LinkDeps
}

type Act = (tx: Tx, link: StoredLink, pressed: Pressed) => Promise<LinkState>

const assessed = ['impacted', 'notImpacted', 'unknown'] as const

const acknowledge: Act = async (tx, link, pressed) => {
  const { organisationId, reportId, revision } = link
  const answer = assessed.find((one) => one === pressed.answer) ?? null
  if (reportId === null || revision === null) return { kind: 'gone' }
  if (answer === null && pressed.answer !== 'seen') return { kind: 'open', link }
  const usedAs = answer === null ? 'seen' : 'assessed'
  await useLink(tx, pressed.token, usedAs, pressed.now)
  await recordAcknowledgement(tx, {
    organisationId,
    reportId,
    revision,
    kind: usedAs,
    answer,
    via: 'mail',
    by: null,
    remark: null,
    at: pressed.now,
    newId: pressed.deps.newId,
    requestId: pressed.requestId,
    address: pressed.address,
  })
  return { kind: 'done', link: { ...link, usedAs } }
}

const verifyAddress: Act = async (tx, link, pressed) => {
  if (pressed.answer !== 'yes') return { kind: 'open', link }
  const id = link.subscriptionId ?? ''
  const subscription = await findSubscription(tx, id, { forUpdate: true })
  const target = subscription && addressInQuestion(subscription)
  const sealed = (target as { sealed?: string } | null | undefined)?.sealed
  // The link speaks for the address that it was sent to, and for no other.
  const isAsked = sealed !== undefined && link.targetHash?.equals(linkHash(sealed)) === true
  if (!subscription || subscription.state === 'ended' || !isAsked) return { kind: 'gone' }
  await useLink(tx, pressed.token, 'verified', pressed.now)
  const change =
    subscription.state === 'pendingVerification'
      ? { state: 'active' as const }
      : { target, pendingTarget: null }
  await updateSubscription(tx, id, change, pressed.now)
  await record(tx, link, pressed, 'subscription.verified')
  return { kind: 'done', link: { ...link, usedAs: 'verified' } }
}

const reason = 'the receiver has unsubscribed by the link in a mail'

const unsubscribe: Act = async (tx, link, pressed) => {
  if (pressed.answer !== 'yes') return { kind: 'open', link }
  const { organisationId } = link
  const id = link.subscriptionId ?? ''
  const subscription = await findSubscription(tx, id, { forUpdate: true })
  if (!subscription || subscription.state === 'ended') return { kind: 'gone' }
  await useLink(tx, pressed.token, 'unsubscribed', pressed.now)
  await updateSubscription(tx, id, { state: 'ended', stateReason: reason }, pressed.now)
  await appendNotice(tx, {
    eventId: pressed.deps.newId(),
    type: eventTypes.subscriptionEnded,
    organisationId,
    recipients: [organisationId],
    subject: id,
    level: 0,
    messageStatus: 'actual',
    data: { subscriptionId: id, reason },
    recordedAt: pressed.now,
  })
  await record(tx, link, pressed, 'subscription.ended')
  return { kind: 'done', link: { ...link, usedAs: 'unsubscribed' } }
}

const acts: Record<StoredLink['purpose'], Act> = { acknowledge, verifyAddress, unsubscribe }

async function record(
  tx: Tx,
  { organisationId, subscriptionId }: StoredLink,
  { now, requestId, address }: Pressed,
  action: string,
): Promise<void> {
  await appendAudit(tx, {
    at: now,
    organisationId,
    keyId: null,
    requestId,
    address,
    action,
    objectType: 'subscription',
    objectId: subscriptionId ?? '',
    objectOwner: organisationId,
    detail: { via: 'mail' },
  })
}

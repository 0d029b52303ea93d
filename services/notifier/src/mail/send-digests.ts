// The digest: what waits for one subscription goes into one mail when its time has come. Every event has
// its own attempt and its own outcome, so that the ledger says of each what became of it.

import { claimDigest, type ClaimedDelivery, recordAttempts, releaseOrphans } from '@renkei/db'
import type { SendOutcome } from '../channels/channel.ts'
import { type DeliverDeps, writeBody } from '../deliver/deliver.ts'
import type { HealthKeeper } from '../deliver/endpoint-health.ts'
import { askedMs, decideNext } from '../deliver/retry-policy.ts'
import type { TriedDelivery } from '../deliver/tally.ts'
import { every } from '../lanes/every.ts'
import type { MailKit } from './mail-kit.ts'
import { isRedReport, mailDigest, redRefused } from './subscription-mail.ts'

export interface DigestDeps extends DeliverDeps {
  readonly kit: MailKit
  readonly notifierId: string
  readonly health: HealthKeeper
}

const eventsMax = 50
/** Of the bodies in one mail together; what is beyond goes into the next. */
const bytesMax = 512 * 1024

/** Sends every digest that is due; resolves to how many mails that were. */
export async function sendDigests(deps: DigestDeps): Promise<number> {
  const { kit, notifierId } = deps
  // What an interrupted round had taken is in nobody's hands.
  await releaseOrphans(kit.db, notifierId, 'digest', [])
  for (let mails = 0; ; mails += 1) {
    const deliveries = await claimDigest(kit.db, { notifierId, limit: eventsMax })
    if (deliveries.length === 0) return mails
    await deps.sharing.refresh(kit.db)
    await sendOne(deliveries, deps)
  }
}

interface Written {
  readonly delivery: ClaimedDelivery
  readonly ageMs: number
  /** Nothing where there is none to send; then `instead` says what becomes of the event. */
  readonly body: string | undefined
  readonly instead?: SendOutcome
}

async function sendOne(deliveries: readonly ClaimedDelivery[], deps: DigestDeps): Promise<void> {
  const startedAt = deps.clock.now()
  const began = performance.now()
  const written = await Promise.all(deliveries.map((delivery) => write(delivery, startedAt, deps)))
  const fits = firstThatFit(written.filter(({ body }) => body !== undefined))
  const sent = await send(fits, deps)
  const durationMs = Math.round(performance.now() - began)
  const tried = written.map((one): TriedDelivery => {
    const outcome = outcomeOf(one, fits, sent)
    const at = { startedAt: startedAt.toISOString(), durationMs }
    return { ...at, ...resultOf(one, outcome, deps) }
  })
  await recordAttempts(deps.kit.db, deps.notifierId, tried)
  await deps.health.note(tried)
  const { result, reason } = sent
  const { subscriptionId } = deliveries[0] as ClaimedDelivery
  deps.kit.log.info({ subscriptionId, events: fits.length, result, reason }, 'digest.attempted')
}

async function write(delivery: ClaimedDelivery, now: Date, deps: DigestDeps): Promise<Written> {
  try {
    const event = await deps.events.get(delivery.seq)
    const ageMs = now.getTime() - event.recordedAt.getTime()
    const body = await writeBody(event, delivery, deps)
    if (body === undefined) return { delivery, ageMs, body, instead: hidden }
    if (isRedReport(body)) return { delivery, ageMs, body: undefined, instead: redRefused }
    return { delivery, ageMs, body }
  } catch (error) {
    // One that stays closed holds up no other.
    deps.kit.log.error({ err: error, seq: delivery.seq }, 'digest.broken')
    return { delivery, ageMs: 0, body: undefined, instead: laterFor('the event cannot be read') }
  }
}

const hidden: SendOutcome = {
  result: 'refused',
  status: null,
  reason: 'the subscriber may no longer see this report',
  retryAfterMs: null,
}

function laterFor(reason: string): SendOutcome {
  return { result: 'retry', status: null, reason, retryAfterMs: null, countsAgainstHealth: false }
}

// The first always goes: no event is larger than a mail may be.
function firstThatFit(written: readonly Written[]): Written[] {
  let bytes = 0
  return written.filter(({ body = '' }, index) => {
    bytes += Buffer.byteLength(body)
    return index === 0 || bytes <= bytesMax
  })
}

async function send(fits: readonly Written[], deps: DigestDeps): Promise<SendOutcome> {
  const [first] = fits
  if (!first) return hidden
  const bodies = fits.flatMap(({ body }) => (body === undefined ? [] : [body]))
  return mailDigest(deps.kit, bodies, first.delivery)
}

function outcomeOf(one: Written, fits: readonly Written[], sent: SendOutcome): SendOutcome {
  return one.instead ?? (fits.includes(one) ? sent : laterFor('goes into the next digest'))
}

function resultOf({ delivery, ageMs }: Written, sent: SendOutcome, deps: DigestDeps) {
  const { seq, subscriptionId, organisationId, round, peakLevel: level } = delivery
  const { result, status, reason, gone = false, countsAgainstHealth = true } = sent
  const attempt = delivery.attempts + 1
  const standing = { attempt, level, ageMs, giveUpAfterMs: deps.giveUpAfterMs }
  const named = { seq, subscriptionId, organisationId, round, level, attempt }
  const said = { result, status, reason, gone, countsAgainstHealth, askedMs: askedMs(sent, level) }
  return { ...named, ...said, ...decideNext(sent, { ...standing, random: deps.random() }) }
}

export interface DigestJobDeps extends DigestDeps {
  readonly digestSweepMs: number
}

/** Looks again and again until it is stopped. */
export function startDigestJob(deps: DigestJobDeps): { stop(): Promise<void> } {
  return every(deps.digestSweepMs, async () => {
    try {
      await sendDigests(deps)
    } catch (error) {
      deps.kit.log.warn({ err: error }, 'digests.not-sent')
    }
  })
}

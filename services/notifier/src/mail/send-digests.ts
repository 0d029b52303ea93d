// The digest: what waits for one subscription goes into one mail when its time has come. Every event has
// its own attempt and its own outcome, so that the ledger says of each what became of it.

import {
  claimDigest,
  type ClaimedDelivery,
  recordAttempts,
  release,
  releaseOrphans,
} from '@renkei/db'
import type { SendOutcome } from '../channels/channel.ts'
import { type DeliverDeps, writeBody } from '../deliver/deliver.ts'
import type { HealthKeeper } from '../deliver/endpoint-health.ts'
import { decideNext } from '../deliver/retry-policy.ts'
import { factsOf, type TriedDelivery } from '../deliver/tried-delivery.ts'
import { every } from '../lanes/every.ts'
import { type TellDeps, tellDigest } from '../tell-delivered.ts'
import type { MailKit } from './mail-kit.ts'
import { isRedReport, mailDigest, redRefused } from './subscription-mail.ts'

export interface DigestDeps extends DeliverDeps {
  readonly kit: MailKit
  readonly notifierId: string
  readonly health: HealthKeeper
  readonly metrics: TellDeps['metrics']
}

const eventsMax = 50
/** Of the bodies in one mail together; what is beyond goes into the next. */
const bytesMax = 512 * 1024

/** Sends every digest that is due; resolves to how many mails that were. */
async function sendDigests(deps: DigestDeps): Promise<number> {
  const { kit, notifierId } = deps
  // What an interrupted round had taken is in nobody's hands.
  await releaseOrphans(kit.db, notifierId, 'digest', [])
  for (let mails = 0; ; mails += 1) {
    const deliveries = await claimDigest(kit.db, { notifierId, limit: eventsMax })
    if (deliveries.length === 0) return mails
    await deps.sharing.refresh(kit.db)
    // What keeps one from being tried keeps all others.
    if (!(await sendOne(deliveries, deps))) return mails
  }
}

interface Written {
  readonly delivery: ClaimedDelivery
  readonly ageMs: number
  readonly level: number
  /** Nothing where there is none to send; then `instead` says what becomes of the event. */
  readonly body: string | undefined
  readonly instead?: SendOutcome
}

// False when there was no attempt, for a reason of ours.
async function sendOne(deliveries: readonly ClaimedDelivery[], deps: DigestDeps): Promise<boolean> {
  const { kit, notifierId } = deps
  const startedAt = deps.clock.now()
  const began = performance.now()
  const written = await Promise.all(deliveries.map((delivery) => write(delivery, startedAt, deps)))
  const fits = firstThatFit(written.filter(({ body }) => body !== undefined))
  const sent = await send(fits, deps)
  const durationMs = Math.round(performance.now() - began)
  const at = { startedAt: startedAt.toISOString(), durationMs }
  const untried = written.filter((one) => isUntried(one, fits, sent))
  const tried = written
    .filter((one) => !untried.includes(one))
    .map((one): Tried => ({
      ...one,
      result: { ...at, ...resultOf(one, one.instead ?? sent, deps) },
    }))
  const results = tried.map(({ result }) => result)
  const reason = sent.untried ? sent.reason : null
  const delayMs = sent.untried ? (sent.retryAfterMs ?? untriedDelayMs) : 0
  const keys = untried.map(({ delivery }) => delivery)
  await release(kit.db, notifierId, keys, { delayMs, reason })
  await recordAttempts(kit.db, notifierId, results)
  // One mail is one failure, however many events it tells of.
  await deps.health.note(
    tried
      .filter(({ instead }) => !instead)
      .slice(0, 1)
      .map(({ result }) => result),
  )
  tellDigest({ tried, events: fits.length, sent, durationMs }, { ...deps, log: kit.log })
  return sent.untried !== true
}

const untriedDelayMs = 1000

interface Tried extends Written {
  readonly result: TriedDelivery
}

// What did not fit goes into the next mail, which is due at once.
function isUntried(one: Written, fits: readonly Written[], sent: SendOutcome): boolean {
  return one.instead === undefined && (!fits.includes(one) || sent.untried === true)
}

async function write(delivery: ClaimedDelivery, now: Date, deps: DigestDeps): Promise<Written> {
  try {
    const event = await deps.events.get(delivery.seq)
    const ageMs = now.getTime() - event.recordedAt.getTime()
    const facts = { delivery, ageMs, level: event.level }
    const body = await writeBody(event, delivery, deps)
    if (body === undefined) return { ...facts, body, instead: hidden }
    if (isRedReport(body)) return { ...facts, body: undefined, instead: redRefused }
    return { ...facts, body }
  } catch (error) {
    // One that stays closed holds up no other.
    deps.kit.log.error({ err: error, seq: delivery.seq }, 'digest.broken')
    const instead = laterFor('the event cannot be read')
    return { delivery, ageMs: 0, level: delivery.peakLevel, body: undefined, instead }
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

function resultOf({ delivery, ageMs }: Written, sent: SendOutcome, deps: DigestDeps) {
  const attempt = delivery.attempts + 1
  const { giveUpAfterMs } = deps
  const standing = { attempt, level: delivery.peakLevel, ageMs, giveUpAfterMs }
  const next = decideNext(sent, { ...standing, random: deps.random() })
  return { ...factsOf(delivery, sent), attempt, ...next }
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

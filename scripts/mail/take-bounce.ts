// A message that came back, from the mail server's pipe: believed only when its return address carries
// our mark, counted once, acted on when it says that the address takes no mail.

import { createHash } from 'node:crypto'
import {
  type Db,
  findSubscription,
  newId,
  passOverContact,
  pauseBadAddress,
  recordBounce,
  sealedAddressOf,
  tellOfSoftBounces,
  type Tx,
} from '@renkei/db'
import { isOurBounce, type BounceSubject, readBounce, readBounceToken } from '@renkei/mail'
import { bounceMark, type Vault } from '@renkei/vault'

export type TakenBounce =
  | 'no bounce'
  /** Also of an address that has been changed since the mail went. */
  | 'not ours'
  | 'known already'
  | 'counted'
  | 'subscription paused'
  | 'organisation told'

export interface BounceDeps {
  readonly db: Db
  readonly vault: Vault
  readonly now: Date
}

/** Takes one message as it was handed over; rejects when the database is out of reach. */
export async function takeBounce(
  message: Buffer,
  { db, vault, now: at }: BounceDeps,
): Promise<TakenBounce> {
  const report = readBounce(message.toString('latin1'))
  if (!report) return 'no bounce'
  const { hard, status, tokens } = report
  const digest = createHash('sha256').update(message).digest()
  return db.transaction().execute(async (tx) => {
    const found = await findSubject(tx, tokens, vault)
    if (!found) return 'not ours'
    const { kind, id } = found
    const about = kind === 'subscription' ? { subscriptionId: id } : { mailId: id }
    const bounce = { bounceId: newId(), digest, about, hard, status, at }
    if (!(await recordBounce(tx, bounce))) return 'known already'
    return act(tx, { ...found, hard, status, at })
  })
}

interface Returned extends Found {
  readonly hard: boolean
  readonly status: string
  readonly at: Date
}

async function act(tx: Tx, { kind, id, target, hard, status, at }: Returned): Promise<TakenBounce> {
  const reason = `mail to the address came back: ${status}`
  if (kind === 'order') {
    const unreached = { mailId: id, reason, at, newId }
    return hard && (await passOverContact(tx, unreached)) ? 'organisation told' : 'counted'
  }
  const about = { subscriptionId: id, at, newId }
  if (!hard) {
    return (await tellOfSoftBounces(tx, { ...about, status })) ? 'organisation told' : 'counted'
  }
  const isPaused = await pauseBadAddress(tx, { ...about, target, reason })
  return isPaused ? 'subscription paused' : 'counted'
}

interface Found extends BounceSubject {
  readonly target: unknown
}

async function findSubject(
  tx: Tx,
  tokens: readonly string[],
  vault: Vault,
): Promise<Found | undefined> {
  for (const token of tokens) {
    const subject = readBounceToken(token)
    const target = subject && (await targetOf(tx, subject))
    if (!subject || target === undefined) continue
    const marked = { ...subject, sealedAddress: sealedAddressOf(target) }
    if (isOurBounce(token, marked, (about) => bounceMark(vault, about))) {
      return { ...subject, target }
    }
  }
  return undefined
}

async function targetOf(tx: Tx, { kind, id }: BounceSubject): Promise<unknown> {
  // That of an order is its own for good.
  if (kind === 'order') return null
  // Nobody changes the address until this has ended.
  return (await findSubscription(tx, id, { forUpdate: true }))?.target
}

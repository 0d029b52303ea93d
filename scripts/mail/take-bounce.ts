// A message that came back, from the mail server's pipe: believed only when its return address carries
// our mark, counted once, acted on when it says that the address takes no mail.

import { createHash } from 'node:crypto'
import { type Db, newId, pauseBadAddress, recordBounce } from '@renkei/db'
import { type BounceReport, type BounceSubject, readBounce, readBounceToken } from '@renkei/mail'
import { bounceMark, type Vault } from '@renkei/vault'

export type TakenBounce =
  | 'no bounce'
  | 'not ours'
  | 'known already'
  | 'counted'
  | 'subscription paused'

/** Takes one message as it was handed over; rejects when the database is out of reach. */
export async function takeBounce(
  message: Buffer,
  { db, vault, now }: { readonly db: Db; readonly vault: Vault; readonly now: Date },
): Promise<TakenBounce> {
  const report = readBounce(message.toString('latin1'))
  if (!report) return 'no bounce'
  const subject = subjectOf(report, vault)
  if (!subject) return 'not ours'
  const { kind, id } = subject
  const about = kind === 'subscription' ? { subscriptionId: id } : { mailId: id }
  const { hard, status } = report
  const digest = createHash('sha256').update(message).digest()
  return db.transaction().execute(async (tx) => {
    const bounce = { bounceId: newId(), digest, about, hard, status, at: now }
    if (!(await recordBounce(tx, bounce))) return 'known already'
    if (!hard || kind !== 'subscription') return 'counted'
    const reason = `mail to the address came back: ${status}`
    const bad = { subscriptionId: id, reason, at: now, newId }
    return (await pauseBadAddress(tx, bad)) ? 'subscription paused' : 'counted'
  })
}

function subjectOf({ tokens }: BounceReport, vault: Vault): BounceSubject | undefined {
  for (const token of tokens) {
    const subject = readBounceToken(token, (about) => bounceMark(vault, about))
    if (subject) return subject
  }
  return undefined
}

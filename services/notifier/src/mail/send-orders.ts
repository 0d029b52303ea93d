// Sends the mails that were ordered: the highest level first, several at a time, again until they are
// taken or refused. An order is in the hands of one notifier, for as long as its claim lasts.

import {
  claimMails,
  type ClaimedMail,
  explainWaitingMails,
  findContact,
  addressInQuestion,
  findSubscription,
  linkHash,
  type MailResult,
  recordMail,
} from '@renkei/db'
import { type MailOutcome, orderContent, orderIdentity, type OrderLinks } from '@renkei/mail'
import type { Db } from '@renkei/db'
import type { Logger } from '@renkei/service-kit'
import { openAddress } from '@renkei/vault'
import { every } from '../lanes/every.ts'
import { jitter, waitAfter } from '../deliver/retry-policy.ts'
import {
  keepLinks,
  type MadeLinks,
  mailDomain,
  type MailKit,
  makeLink,
  returnToken,
} from './mail-kit.ts'

export interface OrderDeps extends MailKit {
  readonly notifierId: string
  readonly random: () => number
  /** An order that nobody took for so long is given up. */
  readonly giveUpAfterMs: number
  /** How long a claim lasts: longer than a round of mails can take. */
  readonly leaseMs: number
}

const ordersPerRound = 16

/** Sends what is due; resolves to how many orders it has tried. */
export async function sendOrders(deps: OrderDeps): Promise<number> {
  for (let tried = 0; ;) {
    const claim = { notifierId: deps.notifierId, limit: ordersPerRound, now: deps.clock.now() }
    const mails = await claimMails(deps.db, { ...claim, leaseMs: deps.leaseMs })
    await Promise.all(mails.map((mail) => sendOne(mail, deps)))
    tried += mails.length
    if (mails.length < ordersPerRound) return tried
  }
}

async function sendOne(mail: ClaimedMail, deps: OrderDeps): Promise<void> {
  const result = await attempt(mail, deps)
  await recordMail(deps.db, deps.notifierId, result, deps.clock.now())
  const { mailId, kind, organisationId, level } = mail
  deps.log.info(
    {
      mailId,
      kind,
      organisation: organisationId,
      level,
      outcome: result.outcome,
      reason: result.reason,
    },
    'mail.attempted',
  )
}

async function attempt(mail: ClaimedMail, deps: OrderDeps): Promise<MailResult> {
  try {
    const to = await addressOf(mail, deps)
    if (to === undefined) return refused(mail, 'the contact has no e-mail address any more')
    const links = await linksOf(mail, deps)
    if (links === undefined) return refused(mail, 'the subscription waits for no confirmation')
    const data = mail.data as Record<string, unknown>
    const outcome = await deps.mailer.send({
      ...orderIdentity(mail.mailId, mailDomain(deps)),
      to,
      content: orderContent({ ...mail, data }, links),
      date: deps.clock.now(),
      bounceToken: returnToken(deps, { kind: 'order', id: mail.mailId }),
    })
    return next(mail, outcome, deps)
  } catch (error) {
    deps.log.error({ err: error, mailId: mail.mailId }, 'mail.broken')
    return next(mail, { result: 'retry', reason: 'Renkei could not make the mail' }, deps)
  }
}

function refused({ mailId }: ClaimedMail, reason: string): MailResult {
  return { mailId, outcome: 'refused', reason, dueAt: null }
}

function next(
  { mailId, level, attempts, createdAt }: ClaimedMail,
  outcome: Pick<MailOutcome, 'result' | 'reason'> & Partial<MailOutcome>,
  { clock, random, giveUpAfterMs }: OrderDeps,
): MailResult {
  const { result, reason, retryAfterMs } = outcome
  if (result === 'delivered') return { mailId, outcome: 'sent', reason, dueAt: null }
  if (result === 'refused') return { mailId, outcome: 'refused', reason, dueAt: null }
  const now = clock.now().getTime()
  const ageMs = now - createdAt.getTime()
  if (ageMs >= giveUpAfterMs) return { mailId, outcome: 'dead', reason, dueAt: null }
  const wait = jitter(waitAfter({ level, failed: attempts + 1, ageMs }), random())
  return { mailId, outcome: null, reason, dueAt: new Date(now + Math.max(wait, retryAfterMs ?? 0)) }
}

async function addressOf(mail: ClaimedMail, { db, vault }: OrderDeps): Promise<string | undefined> {
  if (mail.sealedAddress !== null) return openAddress(vault, mail, mail.sealedAddress)
  const maySee = ({ organisation }: { readonly organisation: string }) =>
    organisation === mail.organisationId
  const contact = await findContact(db, vault, mail.contactId ?? '', maySee)
  return contact?.channels.find(({ type }) => type === 'email')?.value
}

// Nothing for an address that is not to be confirmed any more.
async function linksOf(mail: ClaimedMail, deps: OrderDeps): Promise<OrderLinks | undefined> {
  if (mail.kind === 'verification') return verifyLink(mail, deps)
  if (mail.kind !== 'escalation') return {}
  const { reportId, revision } = mail.data as { reportId?: unknown; revision?: unknown }
  if (typeof reportId !== 'string' || typeof revision !== 'number') return {}
  const { organisationId, contactId } = mail
  const report = { reportId, revision }
  const about = { organisationId, ...(contactId !== null && { contactId }), report }
  return { acknowledge: await keep(deps, makeLink(deps, 'acknowledge', about, mail.mailId)) }
}

async function verifyLink(mail: ClaimedMail, deps: OrderDeps): Promise<OrderLinks | undefined> {
  const { subscriptionId } = mail.data as { subscriptionId: string }
  const subscription = await findSubscription(deps.db, subscriptionId)
  const target = subscription && addressInQuestion(subscription)
  if (!target) return undefined
  const { sealed } = target as { sealed: string }
  const { organisationId } = mail
  const about = { organisationId, subscriptionId, targetHash: linkHash(sealed) }
  return { verify: await keep(deps, makeLink(deps, 'verifyAddress', about, mail.mailId)) }
}

async function keep(deps: OrderDeps, made: MadeLinks): Promise<string> {
  await keepLinks(deps, [made])
  return made.url
}

export interface OrderJobDeps extends OrderDeps {
  readonly orderSweepMs: number
}

/** Looks again and again until it is stopped. */
export function startOrderJob(deps: OrderJobDeps): { stop(): Promise<void> } {
  return every(deps.orderSweepMs, async () => {
    try {
      await sendOrders(deps)
    } catch (error) {
      deps.log.warn({ err: error }, 'mails.not-sent')
    }
  })
}

/** Without a mail server: says at what is ordered why it waits. */
export function startExplaining(
  deps: { readonly db: Db; readonly log: Logger },
  everyMs: number,
): { stop(): Promise<void> } {
  return every(everyMs, async () => {
    try {
      await explainWaitingMails(deps.db)
    } catch (error) {
      deps.log.warn({ err: error }, 'mails.not-explained')
    }
  })
}

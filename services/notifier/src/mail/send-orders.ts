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
  passOverContact,
  recordMail,
  type SharingBook,
} from '@renkei/db'
import { type MailOutcome, orderContent, orderIdentity, type OrderLinks } from '@renkei/mail'
import type { Db } from '@renkei/db'
import type { Logger } from '@renkei/service-kit'
import { openAddress } from '@renkei/vault'
import { every } from '../lanes/every.ts'
import { jitter, scheduleOf, waitAfter } from '../deliver/retry-policy.ts'
import { whyUnneeded } from './judge-order.ts'
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
  readonly sharing: SharingBook
  /** An order that nobody took for so long is given up. */
  readonly giveUpAfterMs: number
  /** For levels 3 and 4. */
  readonly giveUpUrgentAfterMs: number
  /** How long a claim lasts at most: longer than sending a mail can take. */
  readonly leaseMs: number
}

export interface OrderSender {
  /** Takes as many of the orders that are due as it has room for, and begins to send them. */
  look(): Promise<void>
  /** Takes nothing more; resolves when what was begun has ended. */
  stop(): Promise<void>
}

const ordersMax = 16
/** Of them so many are for levels 3 and 4 alone. */
const urgentOrders = 4
const urgentLevel = 3

/** Makes the sender of a process. While more are due, each that ends makes room for the next. */
export function makeOrderSender(deps: OrderDeps): OrderSender {
  const inHand = new Map<string, Promise<void>>()
  let stopped = false
  let moreDue = false
  let turn = Promise.resolve()
  const begin = (mail: ClaimedMail) => {
    const sending = sendOne(mail, deps).finally(() => {
      inHand.delete(mail.mailId)
      if (moreDue) void look()
    })
    inHand.set(mail.mailId, sending)
  }
  const take = async (minLevel: number, max: number) => {
    const limit = max - inHand.size
    if (limit <= 0 || stopped) return true
    const { notifierId, leaseMs, clock } = deps
    const wanted = { notifierId, leaseMs, limit, minLevel, now: clock.now() }
    const mails = await claimMails(deps.db, { ...wanted, inHand: [...inHand.keys()] })
    for (const mail of mails) begin(mail)
    return mails.length === limit
  }
  const takeAll = async () => {
    try {
      const moreUrgent = await take(urgentLevel, ordersMax)
      moreDue = (await take(0, ordersMax - urgentOrders)) || moreUrgent
    } catch (error) {
      deps.log.warn({ err: error }, 'mails.not-sent')
    }
  }
  const look = () => (turn = turn.then(takeAll))
  return {
    look,
    async stop() {
      stopped = true
      await turn
      await Promise.all(inHand.values())
    },
  }
}

async function sendOne(mail: ClaimedMail, deps: OrderDeps): Promise<void> {
  const { mailId, kind, organisationId, level } = mail
  try {
    const result = await attempt(mail, deps)
    await record(mail, result, deps)
    const { outcome, reason } = result
    const facts = { mailId, kind, organisation: organisationId, level, outcome, reason }
    deps.log.info(facts, 'mail.attempted')
  } catch (error) {
    // Its claim ends with its time, and somebody sends it again.
    deps.log.warn({ err: error, mailId }, 'mail.not-recorded')
  }
}

async function record(mail: ClaimedMail, result: MailResult, deps: OrderDeps): Promise<void> {
  const { db, notifierId, clock, newId } = deps
  const at = clock.now()
  await db.transaction().execute(async (tx) => {
    const isOurs = await recordMail(tx, notifierId, result, at)
    // Whoever cannot be reached must not be waited for.
    if (!isOurs || result.outcome !== 'refused') return
    await passOverContact(tx, { mailId: mail.mailId, reason: result.reason, at, newId })
  })
}

async function attempt(mail: ClaimedMail, deps: OrderDeps): Promise<MailResult> {
  try {
    const unneeded = await whyUnneeded(mail, deps)
    if (unneeded) return { mailId: mail.mailId, outcome: 'unneeded', reason: unneeded, dueAt: null }
    const to = await addressOf(mail, deps)
    if (to === undefined) return refused(mail, 'the contact has no e-mail address any more')
    const links = await linksOf(mail, deps)
    if (links === undefined) return refused(mail, 'the subscription waits for no confirmation')
    const data = mail.data as Record<string, unknown>
    const outcome = await deps.mailer.send({
      ...orderIdentity(mail.mailId, mailDomain(deps)),
      to,
      level: mail.level,
      content: orderContent({ ...mail, data }, links),
      date: deps.clock.now(),
      bounceToken: returnToken(deps, { kind: 'order', id: mail.mailId, sealedAddress: '' }),
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
  { clock, random, giveUpAfterMs, giveUpUrgentAfterMs }: OrderDeps,
): MailResult {
  const { result, reason, retryAfterMs, pace, untried = false } = outcome
  if (result === 'delivered') return { mailId, outcome: 'sent', reason, dueAt: null }
  if (result === 'refused') return { mailId, outcome: 'refused', reason, dueAt: null }
  const now = clock.now().getTime()
  if (untried) {
    return { mailId, outcome: null, untried, reason, dueAt: new Date(now + untriedDelayMs) }
  }
  const ageMs = now - createdAt.getTime()
  const ageMax = level >= urgentLevel ? giveUpUrgentAfterMs : giveUpAfterMs
  if (ageMs >= ageMax) return { mailId, outcome: 'dead', reason, dueAt: null }
  const wait = jitter(waitAfter({ level, failed: attempts + 1, ageMs }), random())
  const least = pace === 'slow' ? scheduleOf(level).slowMsMin : 0
  const waitMs = Math.max(wait, least, retryAfterMs ?? 0)
  return { mailId, outcome: null, reason, dueAt: new Date(now + waitMs) }
}

const untriedDelayMs = 1000

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

/** Looks again and again until it is stopped; then what it has begun ends first. */
export function startOrderJob(deps: OrderJobDeps): { stop(): Promise<void> } {
  const sender = makeOrderSender(deps)
  const looking = every(deps.orderSweepMs, () => sender.look())
  return {
    async stop() {
      await looking.stop()
      await sender.stop()
    },
  }
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

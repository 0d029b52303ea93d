// E-mail as the operator has set it up, or its absence: the channel, when what goes into a digest, and
// the jobs that send what is due.

import { readFileSync } from 'node:fs'
import { countWaitingMails, type ExpandOptions, forgetLinks, forgetMails, newId } from '@renkei/db'
import { createMailer } from '@renkei/mail'
import type { Vault } from '@renkei/vault'
import type { NotifierConfig } from '../config.ts'
import type { DeliverDeps } from '../deliver/deliver.ts'
import type { HealthKeeper } from '../deliver/endpoint-health.ts'
import type { NotifierMetrics } from '../health/metrics.ts'
import { every } from '../lanes/every.ts'
import { nextDigestAt, waitsForDigest } from './digest-time.ts'
import type { Context } from '../wiring/context.ts'
import type { MailKit } from './mail-kit.ts'
import { startDigestJob } from './send-digests.ts'
import { startExplaining, startOrderJob } from './send-orders.ts'

/** Opens e-mail; nothing when the operator has not set it up. Throws on a file that cannot be read. */
export function openMail({ config, db, log, clock }: Context, vault: Vault): MailKit | undefined {
  const { mail } = config
  const { smtpUrl, caFile, publicUrl, ...settings } = mail
  if (smtpUrl === undefined) return undefined
  const mailer = createMailer({
    ...settings,
    url: smtpUrl,
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    onOurFault: ({ reason, status }) => log.error({ reason, status }, 'mail.our-fault'),
  })
  return { ...settings, db, vault, log, mailer, publicUrl, clock, newId }
}

/** When a delivery is to wait for a digest, and for which; without e-mail none does. */
export function makeDigestPlacer(
  config: NotifierConfig,
  kit: MailKit | undefined,
): NonNullable<ExpandOptions['digestAt']> {
  return ({ reportPeakLevel: level, reportId, content }, { channel }) => {
    const state = reportId === null ? undefined : (content as { state?: unknown }).state
    if (!kit || !waitsForDigest({ level, channel, state })) return null
    return nextDigestAt(kit.clock.now(), config.mail.digestMinutes)
  }
}

export interface MailJobDeps extends Omit<DeliverDeps, 'giveUpAfterMs' | 'giveUpUrgentAfterMs'> {
  readonly mail: MailKit | undefined
  readonly health: HealthKeeper
  readonly metrics: NotifierMetrics
}

const hourMs = 3_600_000
const explainMs = 60_000
const keptMs = 30 * 24 * hourMs
/** Beyond the deadline of a mail: for what comes before and after in the database. */
const leaseMarginMs = 60_000

/** Starts the jobs; the stopper ends them. */
export function startMailJobs(context: Context, { mail: kit, ...deps }: MailJobDeps): void {
  const { config, stopper, notifierId } = context
  const counting = startCounting(context, deps.metrics)
  stopper.add('waiting mails', () => counting.stop())
  if (!kit) {
    const explaining = startExplaining(context, explainMs)
    stopper.add('mails', () => explaining.stop())
    return
  }
  const { sweepMs, deadlineMs } = config.mail
  const giveUpAfterMs = config.giveUpAfterHours * hourMs
  const giveUpUrgentAfterMs = config.giveUpUrgentAfterHours * hourMs
  const orders = startOrderJob({
    ...kit,
    notifierId,
    random: deps.random,
    sharing: deps.sharing,
    giveUpAfterMs,
    giveUpUrgentAfterMs,
    leaseMs: deadlineMs + leaseMarginMs,
    orderSweepMs: sweepMs,
  })
  stopper.add('mails', () => orders.stop())
  const given = { ...deps, kit, notifierId, giveUpAfterMs, giveUpUrgentAfterMs }
  const digests = startDigestJob({ ...given, digestSweepMs: sweepMs })
  stopper.add('digests', () => digests.stop())
  const forgetting = every(hourMs, () => forget(kit))
  stopper.add('old mails', () => forgetting.stop())
}

const countMs = 5000

// Also without e-mail: then they wait for it to be set up.
function startCounting({ db, log }: Context, { mailOrders }: NotifierMetrics) {
  return every(countMs, async () => {
    try {
      mailOrders.show(await countWaitingMails(db))
    } catch (error) {
      log.warn({ err: error }, 'mails.not-counted')
    }
  })
}

async function forget({ db, clock, log }: MailKit): Promise<void> {
  try {
    const before = new Date(clock.now().getTime() - keptMs)
    await forgetLinks(db, before)
    await forgetMails(db, before)
  } catch (error) {
    log.warn({ err: error }, 'mails.not-forgotten')
  }
}

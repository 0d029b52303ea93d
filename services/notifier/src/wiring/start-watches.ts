// What is looked for again and again beside deliveries: what falls due by the calendar, what is sent
// again on request, whether all that is owed is accounted for, what is to be forgotten.

import type { Lane } from '@renkei/bell'
import { forgetAnswers, makeAuditPartitions, makeSharingBook, newId } from '@renkei/db'
import type { Vault } from '@renkei/vault'
import { startEndWatch } from '../agreements/tell-ends.ts'
import { watchEndpoints } from '../endpoints/watch-endpoints.ts'
import { startEscalationJob } from '../escalation/escalation-job.ts'
import type { NotifierMetrics } from '../health/metrics.ts'
import { every } from '../lanes/every.ts'
import { startReconciler } from '../reconcile/reconciler.ts'
import { startConfirmationJob } from '../register/confirmation-job.ts'
import { startReplayFeeder } from '../replay/feeder.ts'
import type { Context } from './context.ts'

export interface WatchDeps {
  readonly metrics: NotifierMetrics
  readonly vault: Vault
  readonly wake: (lane: Lane) => void
}

/** Starts every watch; they stop with the notifier. */
export function startWatches(context: Context, { metrics, vault, wake }: WatchDeps): void {
  const { config, db, log, stopper, clock } = context
  const { registry, contacts } = metrics
  const deps = { ...config, db, log, clock, newId, wake, registry, contacts }
  const sharing = makeSharingBook(() => clock.now())
  const watches = {
    endpoints: watchEndpoints(deps),
    agreements: startEndWatch(deps),
    confirmations: startConfirmationJob(deps),
    escalation: startEscalationJob({ ...deps, ...metrics, vault, sharing }),
    replays: startReplayFeeder(deps),
    reconciler: startReconciler(deps),
    housekeeping: keepHouse(context),
  }
  for (const [name, watch] of Object.entries(watches)) stopper.add(name, () => watch.stop())
}

const hourMs = 3_600_000

function keepHouse({ config, db, log }: Context): { stop(): Promise<void> } {
  return every(hourMs, async () => {
    try {
      await makeAuditPartitions(db)
    } catch (error) {
      log.warn({ err: error }, 'audit.partitions-not-made')
    }
    try {
      await forgetAnswers(db, config.idempotencyHours)
    } catch (error) {
      log.warn({ err: error }, 'answers.not-forgotten')
    }
  })
}

// The reconciler, always running: one notifier at a time looks, all of them show what was found. What
// it finds is told once when it appears and again when it changes.

import { type Db, type Findings, readFindings, reconcile, type Repairs } from '@renkei/db'
import type { Clock, Logger } from '@renkei/service-kit'
import type { Registry } from 'prom-client'
import { every } from '../lanes/every.ts'
import { makeReconcileMetrics } from './reconcile-metrics.ts'

export interface ReconcilerDeps {
  readonly db: Db
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  readonly reconcileMs: number
  readonly stuckAfterSeconds: number
  readonly reconcileEventsMax: number
}

/** Looks again and again until stopped. */
export function startReconciler(deps: ReconcilerDeps): { stop(): Promise<void> } {
  const { db, log } = deps
  const metrics = makeReconcileMetrics(deps.registry)
  const tell = makeTeller(log)
  return every(deps.reconcileMs, async () => {
    try {
      const reconciled = await reconcile(db, optionsOf(deps))
      if (reconciled) {
        metrics.count(reconciled.repairs)
        tell(reconciled.findings, reconciled.repairs)
      }
      metrics.show((await readFindings(db)).findings)
    } catch (error) {
      log.warn({ err: error }, 'reconciler.failed')
    }
  })
}

const hourMs = 3_600_000

function optionsOf({ clock, reconcileMs, stuckAfterSeconds, reconcileEventsMax }: ReconcilerDeps) {
  return {
    at: clock.now(),
    // Whoever looks a moment early shall not skip its turn.
    everyMs: reconcileMs * 0.8,
    stuckAfterMs: stuckAfterSeconds * 1000,
    recentMax: reconcileEventsMax,
    chunkMax: reconcileEventsMax,
    forgetNotifiersAfterMs: hourMs,
    elapsedMs: () => performance.now(),
  }
}

const eventsToldMax = 20

function makeTeller(log: Logger): (findings: Findings, repairs: Repairs) => void {
  let told = ''
  return ({ unbalanced, stuck }, repairs) => {
    if (Object.values(repairs).some((rows) => rows > 0)) {
      log.warn({ ...repairs }, 'reconciler.repaired')
    }
    const found = JSON.stringify([
      unbalanced.map(({ seq }) => seq),
      stuck.map(({ what, lane }) => [what, lane]),
    ])
    if (found === told) return
    told = found
    if (unbalanced.length > 0) {
      const events = unbalanced.slice(0, eventsToldMax)
      log.error({ count: unbalanced.length, events }, 'ledger.unbalanced')
    }
    if (stuck.length > 0) log.error({ stuck }, 'deliveries.stuck')
    if (unbalanced.length + stuck.length === 0) log.info('reconciler.clear')
  }
}

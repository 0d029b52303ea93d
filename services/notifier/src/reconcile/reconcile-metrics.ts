// What the reconciler found, for Prometheus. Each notifier shows the same: the last look of any of them.

import type { Findings, Repairs } from '@renkei/db'
import { Counter, Gauge, type Registry } from 'prom-client'

export interface ReconcileMetrics {
  show(findings: Partial<Findings>): void
  count(repairs: Repairs): void
}

/** Adds the metrics to the registry of a notifier. */
export function makeReconcileMetrics(registry: Registry): ReconcileMetrics {
  const gauges = makeGauges(registry)
  const repaired = new Counter({
    name: 'renkei_reconciler_repairs_total',
    help: 'Rows that the reconciler has put right.',
    labelNames: ['what'],
    registers: [registry],
  })
  return {
    show: (findings) => showAll(findings, gauges),
    count(repairs) {
      for (const [what, rows] of Object.entries(repairs)) repaired.inc({ what }, rows)
    },
  }
}

function makeGauges(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  return {
    unbalanced: gauge('renkei_ledger_unbalanced', 'Events whose ledger does not balance.'),
    stuck: gauge(
      'renkei_deliveries_stuck',
      'Deliveries (unclaimed, claimed) and events (unexpanded) long overdue.',
      'what',
    ),
    oldest: gauge(
      'renkei_deliveries_oldest_waiting_seconds',
      'How long the delivery that is due longest waits for its turn.',
      'lane',
    ),
    waiting: gauge('renkei_deliveries_waiting', 'Deliveries in the queue.', 'lane', 'level'),
    held: gauge(
      'renkei_deliveries_held',
      'Of the waiting ones, held: subscription paused or endpoint failing.',
      'level',
    ),
    endpoints: gauge('renkei_endpoints', 'Endpoints of active subscriptions by health.', 'state'),
  }
}

const lanes = ['level4', 'level3', 'level0to2', 'retry', 'replay', 'digest']
const kindsOfStuck = ['unclaimed', 'claimed', 'unexpanded']
const states = ['closed', 'open', 'halfOpen', 'switchedOff']

// What is no longer found goes back to 0: an alarm has to end.
function showAll(findings: Partial<Findings>, gauges: ReturnType<typeof makeGauges>): void {
  const { unbalanced = [], stuck = [], backlog = [], endpoints = [] } = findings
  gauges.unbalanced.set(unbalanced.length)
  for (const what of kindsOfStuck) {
    gauges.stuck.set(
      { what },
      sum(stuck.filter((one) => one.what === what).map((one) => one.count)),
    )
  }
  for (const lane of lanes) {
    const here = backlog.filter((one) => one.lane === lane)
    gauges.oldest.set({ lane }, Math.max(0, ...here.map((one) => one.oldestSeconds)))
    for (let level = 0; level <= 4; level += 1) {
      const counts = here.filter((one) => one.level === level).map((one) => one.waiting)
      gauges.waiting.set({ lane, level: String(level) }, sum(counts))
    }
  }
  for (let level = 0; level <= 4; level += 1) {
    const held = backlog.filter((one) => one.level === level).map((one) => one.held)
    gauges.held.set({ level: String(level) }, sum(held))
  }
  for (const state of states) {
    gauges.endpoints.set({ state }, endpoints.find((one) => one.state === state)?.count ?? 0)
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

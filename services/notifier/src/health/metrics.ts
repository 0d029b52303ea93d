// What Prometheus scrapes from the notifier.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type MailOrderMetrics, makeMailOrderMetrics } from '../mail/mail-order-metrics.ts'

export interface NotifierMetrics {
  readonly registry: Registry
  readonly delivered: Histogram<'level' | 'channel'>
  readonly attempts: Counter<'channel' | 'result' | 'status'>
  readonly inFlight: Gauge<'lane'>
  readonly unrecorded: Gauge
  readonly contacts: Gauge<'state'>
  readonly firstAcknowledgement: Histogram<'level'>
  readonly acknowledgementsOverdue: Gauge<'level'>
  readonly mailOrders: MailOrderMetrics
}

export interface MetricSources {
  readonly inFlight: () => Record<string, number>
  readonly unrecorded: () => number
}

/** Makes the metrics of one notifier process, in a registry of their own. */
export function makeNotifierMetrics(sources: MetricSources): NotifierMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    delivered: new Histogram({
      name: 'renkei_accept_to_delivered_seconds',
      help: 'From the durable commit of a revision to its delivery to one subscriber.',
      labelNames: ['level', 'channel'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600, 3600, 86_400],
      registers,
    }),
    attempts: new Counter({
      name: 'renkei_delivery_attempts_total',
      help: 'Attempts by result and HTTP status.',
      labelNames: ['channel', 'result', 'status'],
      registers,
    }),
    inFlight: new Gauge({
      name: 'renkei_deliveries_in_flight',
      help: 'Sends under way in each lane; "stalled": without an answer for so long that others have their slots.',
      labelNames: ['lane'],
      registers,
      collect() {
        for (const [lane, count] of Object.entries(sources.inFlight())) this.set({ lane }, count)
      },
    }),
    unrecorded: new Gauge({
      name: 'renkei_results_unrecorded',
      help: 'Results of attempts that are not in the database yet.',
      registers,
      collect() {
        this.set(sources.unrecorded())
      },
    }),
    firstAcknowledgement: new Histogram({
      name: 'renkei_first_acknowledgement_seconds',
      help: 'From the commit of the first revision of a level to the first answer of a person, by organisation.',
      labelNames: ['level'],
      buckets: [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 86_400],
      registers,
    }),
    acknowledgementsOverdue: new Gauge({
      name: 'renkei_acknowledgements_overdue',
      help: 'Organisations that have not answered to a real report in time, by level.',
      labelNames: ['level'],
      registers,
    }),
    mailOrders: makeMailOrderMetrics(registry),
    contacts: new Gauge({
      name: 'renkei_contacts',
      help: 'Contacts of the register by the state of their confirmation.',
      labelNames: ['state'],
      registers,
    }),
  }
}

// What Prometheus scrapes from the API.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface ApiMetrics {
  readonly registry: Registry
  readonly pending: Gauge
  readonly requests: Histogram<'method' | 'route' | 'status'>
  readonly accepted: Counter
  readonly sockets: Gauge
  readonly droppedConnections: Counter
}

/** Makes the metrics of one API process, in a registry of their own. */
export function makeApiMetrics(pending: () => number): ApiMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    pending: new Gauge({
      name: 'renkei_accept_pending',
      help: 'Reports that wait to be stored.',
      registers,
      collect() {
        this.set(pending())
      },
    }),
    requests: new Histogram({
      name: 'renkei_http_request_duration_seconds',
      help: 'Time to answer a request.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    accepted: new Counter({
      name: 'renkei_reports_accepted_total',
      // Without levels: who may scrape is not who may know of an emergency.
      help: 'Revisions stored.',
      registers,
    }),
    sockets: new Gauge({ name: 'renkei_feed_sockets', help: 'Open feed sockets.', registers }),
    droppedConnections: new Counter({
      name: 'renkei_connections_dropped_total',
      help: 'Connections beyond the limit, closed unheard.',
      registers,
    }),
  }
}

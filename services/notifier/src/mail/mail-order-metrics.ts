// How many ordered mails are due and not sent, and for how long: the same in every notifier.

import type { WaitingMails } from '@renkei/db'
import { Gauge, type Registry } from 'prom-client'

export interface MailOrderMetrics {
  /** Shows what waits by now, instead of what was shown before. */
  show(waiting: readonly WaitingMails[]): void
}

const levels = [0, 1, 2, 3, 4]

/** Makes the two metrics in a registry. */
export function makeMailOrderMetrics(registry: Registry): MailOrderMetrics {
  const waiting = new Gauge({
    name: 'renkei_mail_orders_waiting',
    help: 'Ordered mails that are due and not sent, by level.',
    labelNames: ['level'],
    registers: [registry],
  })
  const oldest = new Gauge({
    name: 'renkei_mail_orders_oldest_waiting_seconds',
    help: 'How long the ordered mail that is due longest has been due, by level.',
    labelNames: ['level'],
    registers: [registry],
  })
  return {
    show(found) {
      for (const level of levels) {
        const one = found.find((row) => row.level === level)
        waiting.set({ level: String(level) }, one?.count ?? 0)
        oldest.set({ level: String(level) }, Math.max(0, one?.oldestSeconds ?? 0))
      }
    },
  }
}

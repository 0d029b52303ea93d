// One line when a store stops answering, one when it answers again; never one per ring.

import type { Side } from './link.ts'
import type { BellLog, BellStore } from './store.ts'

export interface OutageLog {
  up(): void
  down(reason: Error): void
}

export function outageLog(log: BellLog | undefined, side: Side, store: BellStore): OutageLog {
  const fields = { side, store: store.kind }
  return {
    up: () => log?.info(fields, 'bell.up'),
    down: (reason) => log?.warn({ ...fields, reason: describe(reason) }, 'bell.down'),
  }
}

/** An error for several addresses of one host has no message of its own, only a code. */
function describe(reason: Error & { code?: unknown }): string {
  if (reason.message !== '') return reason.message
  return typeof reason.code === 'string' ? reason.code : reason.name
}

// The time by which deliveries grow old and probes fall due: that of the database, which all processes
// share. A machine whose own clock is wrong by days must not give up what was just accepted.

import type { Clock } from '@renkei/service-kit'

export interface SharedClock extends Clock {
  /** Compares both clocks again; what was found before holds when it fails. */
  sync(): Promise<void>
}

/** Makes the clock and compares it once; rejects when that fails. */
export async function makeSharedClock(own: Clock, read: () => Promise<Date>): Promise<SharedClock> {
  let aheadMs = 0
  const sync = async () => {
    const before = own.now().getTime()
    const shared = (await read()).getTime()
    // In the middle of the question, as far as anybody can tell.
    aheadMs = (before + own.now().getTime()) / 2 - shared
  }
  await sync()
  return { now: () => new Date(own.now().getTime() - aheadMs), sync }
}

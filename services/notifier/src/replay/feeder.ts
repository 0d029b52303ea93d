// Feeds replays into the queue, every notifier alike: whoever comes first takes the next step. The lane
// of replays sends what it puts there, in slots of its own.

import type { Lane } from '@renkei/bell'
import { clearCancelled, type Db, feedNextReplay } from '@renkei/db'
import type { Clock, Logger } from '@renkei/service-kit'
import { every } from '../lanes/every.ts'

export interface FeederDeps {
  readonly db: Db
  readonly clock: Clock
  readonly log: Logger
  /** How often it looks, and after what pause it looks at the same replay again. */
  readonly replayFeedMs: number
  readonly replayWaitingMax: number
  readonly wake: (lane: Lane) => void
}

/** Looks again and again until stopped. */
export function startReplayFeeder(deps: FeederDeps): { stop(): Promise<void> } {
  return every(deps.replayFeedMs, async () => {
    try {
      if ((await feedAll(deps)) > 0) deps.wake('replay')
      await clearCancelled(deps.db)
    } catch (error) {
      deps.log.warn({ err: error }, 'replay.not-fed')
    }
  })
}

// So many steps and then a pause: what is sent comes before what is sent again.
const stepsMax = 50

async function feedAll({ db, clock, log, ...deps }: FeederDeps): Promise<number> {
  let queued = 0
  for (let step = 0; step < stepsMax; step += 1) {
    const options = {
      at: clock.now(),
      waitingMax: deps.replayWaitingMax,
      pauseMs: deps.replayFeedMs,
    }
    const fed = await feedNextReplay(db, options)
    if (!fed) break
    queued += fed.queued
    if (fed.ended) log.info({ replayId: fed.replayId }, 'replay.ended')
  }
  return queued
}

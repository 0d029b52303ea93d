// The lanes and what they need: the results they make, the events they send, the slots they share.

import type { Lane } from '@renkei/bell'
import { type Db, type DeliveryKey, makeSharingBook, newId, startClocks } from '@renkei/db'
import type { Vault } from '@renkei/vault'
import { makeHealthKeeper } from '../deliver/endpoint-health.ts'
import { makeInHand } from '../deliver/in-hand.ts'
import type { SlotLimits } from '../deliver/slots.ts'
import { makeResultBuffer } from '../deliver/result-buffer.ts'
import { endGone } from '../endpoints/end-gone.ts'
import { makeNotifierMetrics, type NotifierMetrics } from '../health/metrics.ts'
import { startHeartbeat } from '../lanes/heartbeat.ts'
import { type LaneSet, makeLaneSet } from '../lanes/lane-set.ts'
import { makeDigestPlacer, startMailJobs } from '../mail/start-mail.ts'
import { makeTeller } from '../tell-delivered.ts'
import { makeEventStore } from '../view/event-store.ts'
import { makePreviousEvents } from '../view/previous-event.ts'
import type { NotifierConfig } from '../config.ts'
import type { Context } from './context.ts'
import type { OpenChannels } from './open-channels.ts'

const hourMs = 3_600_000

/** Builds the lanes and lets them live; none looks for work until it is woken. */
export async function buildLanes(
  context: Context,
  urgentDb: Db,
  vault: Vault,
  { channels, traces, mail }: OpenChannels,
): Promise<{ lanes: LaneSet; metrics: NotifierMetrics }> {
  const { config, log, stopper, notifierId, db, clock } = context
  const metrics = makeNotifierMetrics({
    inFlight: () => lanes.inFlight(),
    unrecorded: () => results.waiting(),
  })
  const teller = makeTeller({ metrics, log })
  stopper.add('lines', () => teller.flush())
  const inHand = makeInHand()
  const onRecorded = (recorded: readonly DeliveryKey[], freed: readonly string[]) => {
    inHand.drop(recorded)
    for (const lane of freed) lanes.wake(lane as Lane)
  }
  const basics = { db, clock, random: Math.random, log, newId }
  const health = makeHealthKeeper({ ...basics, endGone: (gone) => endGone(gone, basics) })
  const results = makeResultBuffer({ ...config, db, notifierId, log, health, onRecorded })
  const sharing = makeSharingBook(() => clock.now())
  const views = {
    events: makeEventStore(db, vault),
    previous: makePreviousEvents(db, sharing.find),
  }
  const lanes = makeLaneSet(
    {
      ...basics,
      urgentDb,
      sharing,
      notifierId,
      inHand,
      results,
      channels,
      traces,
      ...views,
      ...laneSettings(config),
      digestAt: makeDigestPlacer(config, mail),
      onOwed: startClocks,
      onDelivered: teller.tell,
    },
    slotLimits(config),
  )
  const heartbeat = await startHeartbeat({
    ...config,
    db,
    notifierId,
    log,
    clock,
    onBeat: lanes.recover,
  })
  stopper.add('heartbeat', () => heartbeat.stop())
  stopper.add('results', () => results.flush())
  stopper.add('lanes', () => lanes.stop())
  startMailJobs(context, { ...basics, ...views, sharing, channels, health, metrics, mail })
  return { lanes, metrics }
}

function slotLimits(config: NotifierConfig): SlotLimits {
  return {
    slotsMax: config.sendSlotsMax,
    endpointMax: config.endpointInFlightMax,
    organisationPercent: config.organisationSlotsPercent,
    stalledAfterMs: config.stalledAfterMs,
  }
}

function laneSettings(config: NotifierConfig) {
  return {
    subscriptionsMax: config.expandSubscriptionsMax,
    endpointInFlightMax: config.endpointInFlightMax,
    backlogMax: config.laneBacklogMax,
    giveUpAfterMs: config.giveUpAfterHours * hourMs,
    giveUpUrgentAfterMs: config.giveUpUrgentAfterHours * hourMs,
  }
}

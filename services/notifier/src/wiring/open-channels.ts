// The ways by which events leave: what is set up of them.

import { platformKeyStore } from '@renkei/db'
import { startTracing, systemClock } from '@renkei/service-kit'
import { sealerOf, type Vault } from '@renkei/vault'
import { createPlatformKeys, type PlatformKeys } from '@renkei/webhook'
import type { Channels } from '../channels/channel.ts'
import { makeWebhookChannel } from '../channels/webhook/webhook-channel.ts'
import { type DeliveryTraces, makeDeliveryTraces } from '../deliver/traces.ts'
import type { Context } from './context.ts'

export interface OpenChannels {
  readonly channels: Channels
  /** Where spans go; nothing without a collector. */
  readonly traces: DeliveryTraces | undefined
}

/** Opens the channels; they close when the notifier stops. */
export async function openChannels(context: Context, vault: Vault): Promise<OpenChannels> {
  const { config, stopper } = context
  const webhook = makeWebhookChannel({
    options: { ...config.webhook, responseBytesMax: 4096, userAgent: 'Renkei/1' },
    clock: systemClock,
    vault,
    platformKeys: openPlatformKeys(context, vault),
  })
  const traces = await openTraces(context)
  stopper.add('channels', () => webhook.close())
  return { channels: { webhook: traces?.around(webhook) ?? webhook }, traces }
}

async function openTraces({ config, stopper }: Context): Promise<DeliveryTraces | undefined> {
  const tracing = await startTracing(config.otlpEndpoint, 'notifier')
  if (tracing) stopper.add('spans', () => tracing.stop())
  return tracing && makeDeliveryTraces(tracing)
}

function openPlatformKeys({ db }: Context, vault: Vault): PlatformKeys {
  const store = platformKeyStore(db)
  return createPlatformKeys({ store, sealer: sealerOf(vault), now: () => systemClock.now() })
}

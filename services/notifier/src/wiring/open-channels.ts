// The ways by which events leave: what is set up of them.

import { readFileSync } from 'node:fs'
import { platformKeyStore } from '@renkei/db'
import { startTracing } from '@renkei/service-kit'
import { sealerOf, type Vault } from '@renkei/vault'
import { createPlatformKeys, type PlatformKeys, type SenderOptions } from '@renkei/webhook'
import type { Channel, Channels } from '../channels/channel.ts'
import { makeEmailChannel } from '../channels/email/email-channel.ts'
import { makeWebhookChannel } from '../channels/webhook/webhook-channel.ts'
import { type DeliveryTraces, makeDeliveryTraces } from '../deliver/traces.ts'
import type { MailKit } from '../mail/mail-kit.ts'
import { openMail } from '../mail/start-mail.ts'
import type { NotifierConfig } from '../config.ts'
import type { Context } from './context.ts'

export interface OpenChannels {
  readonly channels: Channels
  /** Where spans go; nothing without a collector. */
  readonly traces: DeliveryTraces | undefined
  /** Nothing when the operator has not set up e-mail. */
  readonly mail: MailKit | undefined
}

/** Opens the channels; they close when the notifier stops. */
export async function openChannels(context: Context, vault: Vault): Promise<OpenChannels> {
  const { config, stopper } = context
  const webhook = makeWebhookChannel({
    options: senderOptions(config),
    clock: context.clock,
    vault,
    platformKeys: openPlatformKeys(context, vault),
  })
  const traces = await openTraces(context)
  stopper.add('channels', () => webhook.close())
  const mail = openMail(context, vault)
  if (mail) stopper.add('mail connections', () => mail.mailer.close())
  const around = (channel: Channel) => traces?.around(channel) ?? channel
  const email = mail && { email: around(makeEmailChannel(mail)) }
  return { channels: { webhook: around(webhook), ...email }, traces, mail }
}

async function openTraces({ config, stopper }: Context): Promise<DeliveryTraces | undefined> {
  const tracing = await startTracing(config.otlpEndpoint, 'notifier')
  if (tracing) stopper.add('spans', () => tracing.stop())
  return tracing && makeDeliveryTraces(tracing)
}

function openPlatformKeys({ db, clock }: Context, vault: Vault): PlatformKeys {
  const store = platformKeyStore(db)
  return createPlatformKeys({ store, sealer: sealerOf(vault), now: () => clock.now() })
}

function senderOptions({ webhook: { caFile, ...webhook } }: NotifierConfig): SenderOptions {
  return {
    ...webhook,
    ...(caFile !== undefined && { caCertificates: [readFileSync(caFile, 'utf8')] }),
    responseBytesMax: 4096,
    userAgent: 'Renkei/1',
  }
}

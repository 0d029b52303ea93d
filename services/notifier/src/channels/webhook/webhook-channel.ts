// The webhook channel: a signed POST (Standard Webhooks v1, on request RFC 9421 beside it) of the
// CloudEvent.

import type { Clock } from '@renkei/service-kit'
import {
  type Credentials,
  hasPreviousSecret,
  openCredentials,
  type Vault,
  VaultError,
} from '@renkei/vault'
import { createSender, type PlatformKeys, type SenderOptions } from '@renkei/webhook'
import type { Channel, Notice, Recipient, SendOutcome } from '../channel.ts'

export interface WebhookChannelDeps {
  readonly options: SenderOptions
  readonly clock: Clock
  readonly vault: Vault
  readonly platformKeys: PlatformKeys
}

/** Makes the channel; its connections stay open between notices and close with it. */
export function makeWebhookChannel(deps: WebhookChannelDeps): Channel {
  const { options, clock, vault, platformKeys } = deps
  const sender = createSender(options)
  const bytesOf = rememberLast((text) => Buffer.from(text))
  const credentialsOf = rememberOpened(vault)
  const send = async (notice: Notice, recipient: Recipient): Promise<SendOutcome> => {
    const { url } = recipient.target as { url: string }
    const now = clock.now()
    const signs = recipient.signing === 'standardWebhooksAndHttpSignature'
    return sender.send({
      ...(await credentialsOf(recipient, now)),
      platformKey: signs ? await platformKeys.current() : null,
      url,
      id: notice.eventId,
      body: bytesOf(notice.body),
      traceparent: notice.traceparent,
      timestampSeconds: Math.floor(now.getTime() / 1000),
    })
  }
  return {
    async send(notice, recipient) {
      try {
        return await send(notice, recipient)
      } catch (error) {
        if (!(error instanceof VaultError)) throw error
        vault.onFault(error)
        return closed(error)
      }
    },
    close: () => sender.close(),
  }
}

// Nothing that the receiver can mend, and nothing that a second later will be otherwise.
function closed(error: VaultError): SendOutcome {
  return {
    result: 'retry',
    status: null,
    reason: `what it is signed with cannot be opened: ${error.message}`.slice(0, 200),
    retryAfterMs: null,
    pace: 'slow',
    gone: false,
    countsAgainstHealth: false,
  }
}

// Receivers of one view get the same text one after the other.
function rememberLast(encode: (text: string) => Buffer): (text: string) => Buffer {
  let last: { text: string; bytes: Buffer } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, bytes: encode(text) }
    return last.bytes
  }
}

const openedMax = 10_000

// Credentials are opened once, not for every notice: under their sealed texts, which are of one row
// only. Whether the secret before still counts is asked each time.
function rememberOpened(vault: Vault): (recipient: Recipient, at: Date) => Promise<Credentials> {
  const opened = new Map<string, Credentials>()
  return async (recipient, at) => {
    const { organisationId, subscriptionId, secret, clientKey } = recipient
    const previous = hasPreviousSecret(recipient, at) ? recipient.previousSecret : ''
    const key = [organisationId, subscriptionId, secret, previous, clientKey].join(' ')
    const known = opened.get(key)
    if (known) return known
    const credentials = await openCredentials(vault, recipient, at)
    if (opened.size >= openedMax) opened.clear()
    opened.set(key, credentials)
    return credentials
  }
}

// The webhook channel: a signed POST (Standard Webhooks v1) of the CloudEvent.

import type { Clock } from '@renkei/service-kit'
import { openSecret, type Vault } from '@renkei/vault'
import { createSender, type SenderOptions } from '@renkei/webhook'
import type { Channel, Recipient } from '../channel.ts'

/** Makes the channel; its connections stay open between notices and close with it. */
export function makeWebhookChannel(options: SenderOptions, clock: Clock, vault: Vault): Channel {
  const sender = createSender(options)
  const bytesOf = rememberLast((text) => Buffer.from(text))
  const secretOf = rememberOpened(vault)
  return {
    send: async (notice, recipient) => {
      const { url } = recipient.target as { url: string }
      const secret = await secretOf(recipient)
      return sender.send({
        url,
        secret,
        id: notice.eventId,
        body: bytesOf(notice.body),
        traceparent: notice.traceparent,
        timestampSeconds: Math.floor(clock.now().getTime() / 1000),
      })
    },
    close: () => sender.close(),
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

// A secret is opened once, not for every notice: under its sealed text, which is of one row only.
function rememberOpened(vault: Vault): (recipient: Recipient) => Promise<string> {
  const opened = new Map<string, string>()
  return async (recipient) => {
    const key = `${recipient.organisationId} ${recipient.subscriptionId} ${recipient.secret}`
    const known = opened.get(key)
    if (known !== undefined) return known
    const secret = await openSecret(vault, recipient)
    if (opened.size >= openedMax) opened.clear()
    opened.set(key, secret)
    return secret
  }
}

// The webhook channel: a signed POST (Standard Webhooks v1) of the CloudEvent.

import type { Clock } from '@renkei/service-kit'
import { createSender, type SenderOptions } from '@renkei/webhook'
import type { Channel } from '../channel.ts'

/** Makes the channel; its connections stay open between notices and close with it. */
export function makeWebhookChannel(options: SenderOptions, clock: Clock): Channel {
  const sender = createSender(options)
  const bytesOf = rememberLast((text) => Buffer.from(text))
  return {
    send: (notice, recipient) => {
      const { url } = recipient.target as { url: string }
      return sender.send({
        url,
        secret: recipient.secret,
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

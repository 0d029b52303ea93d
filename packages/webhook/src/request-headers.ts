// The headers of a webhook, its signatures among them: of Standard Webhooks by the secret, or by both
// while one takes the place of the other, and beside it of RFC 9421 by the key of this Renkei.

import { newNonce, signRequest } from '@renkei/http-signature'
import type { PlatformKey } from './platform-keys.ts'
import { signWebhook } from './sign.ts'

export interface SignedBy {
  readonly secret: string
  /** The one before it, as long as both are live. */
  readonly previousSecret?: string | null
  /** Signs as RFC 9421 says, beside the secret. */
  readonly platformKey?: PlatformKey | null
}

export interface Sent {
  readonly id: string
  /** The address as it is requested. */
  readonly targetUri: string
  readonly body: Buffer
  readonly timestampSeconds: number
  readonly traceparent?: string | null | undefined
  readonly userAgent: string
}

const contentType = 'application/cloudevents+json; charset=utf-8'
// As long as Standard Webhooks' libraries believe a timestamp.
const signatureSeconds = 300
const covered = ['content-type', 'webhook-id', 'webhook-timestamp'] as const

/** Makes the headers as undici takes them. Rejects on an id, a time or a secret that is malformed. */
export async function requestHeaders(sent: Sent, by: SignedBy): Promise<string[]> {
  const { id, timestampSeconds, traceparent } = sent
  const secrets = [by.secret, ...(by.previousSecret ? [by.previousSecret] : [])]
  const headers = [
    'content-type',
    contentType,
    'user-agent',
    sent.userAgent,
    'webhook-id',
    id,
    'webhook-timestamp',
    String(timestampSeconds),
    'webhook-signature',
    secrets.map((secret) => signWebhook(secret, sent)).join(' '),
  ]
  if (traceparent) headers.push('traceparent', traceparent)
  if (by.platformKey) headers.push(...(await signatureHeaders(sent, by.platformKey)))
  return headers
}

async function signatureHeaders(
  { id, targetUri, body, timestampSeconds }: Sent,
  { keyId, privateKey }: PlatformKey,
): Promise<string[]> {
  const fields = await signRequest(
    {
      method: 'POST',
      targetUri,
      headers: {
        'content-type': contentType,
        'webhook-id': id,
        'webhook-timestamp': String(timestampSeconds),
      },
      body,
    },
    {
      privateKey,
      keyId,
      created: new Date(timestampSeconds * 1000),
      expires: new Date((timestampSeconds + signatureSeconds) * 1000),
      nonce: newNonce(),
      components: covered,
    },
  )
  return Object.entries(fields).flat()
}

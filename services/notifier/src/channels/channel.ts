// The port of a channel: one way to reach a subscriber. A channel returns what became of a notice as
// a value; it throws only when we are broken ourselves.

export interface Notice {
  /** `id` of the CloudEvent and the idempotency key of the receiver. */
  readonly eventId: string
  readonly body: string
  readonly traceparent: string | null
}

export interface Recipient {
  readonly subscriptionId: string
  readonly organisationId: string
  readonly target: unknown
  /** As it is stored: sealed. */
  readonly secret: string
  /** Signs beside it until its end. */
  readonly previousSecret?: string | null
  readonly previousSecretUntil?: Date | null
  readonly signing?: 'standardWebhooks' | 'standardWebhooksAndHttpSignature'
  readonly clientCertificate?: string | null
  /** As it is stored: sealed. */
  readonly clientKey?: string | null
}

export interface SendOutcome {
  readonly result: 'delivered' | 'retry' | 'refused'
  readonly status: number | null
  readonly reason: string
  readonly retryAfterMs: number | null
  /** slow: a repeat is not likely to help before somebody has mended something (4xx, 3xx). */
  readonly pace?: 'normal' | 'slow'
  /** The receiver wants nothing more (410 Gone): its subscription ends. */
  readonly gone?: boolean
  /** Nothing was sent, for a reason of ours: it is given back and counts as no attempt. */
  readonly untried?: boolean
  /** False where the fault is ours, such as a mail relay that is away. True when left out. */
  readonly countsAgainstHealth?: boolean
}

export interface Channel {
  send(notice: Notice, recipient: Recipient): Promise<SendOutcome>
  close(): Promise<void>
}

export type ChannelName = 'webhook' | 'email'

/** A channel that is not set up has no entry; what is owed over it waits. */
export type Channels = Readonly<Partial<Record<ChannelName, Channel>>>

// The CloudEvent that a mail is made of: the body that was cut for its receiver. Nothing else is shown.

import { eventTypes, type ReportView } from '@renkei/schema'

export interface MailEvent {
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject?: string
  readonly time: string
  readonly revision?: number
  readonly level?: number
  readonly tlp?: string
  readonly messagestatus?: string
  readonly previousdeliveredrevision?: number
  readonly highestlevelsince?: number
  readonly data?: Record<string, unknown>
}

/** Reads the body of an event; throws on what is no event. */
export function readEvent(body: string): MailEvent {
  const event = JSON.parse(body) as Partial<MailEvent> | null
  if (typeof event?.id !== 'string' || typeof event.type !== 'string') {
    throw new TypeError('not an event')
  }
  return { source: '', time: '', ...event, id: event.id, type: event.type }
}

const reportTypes: readonly string[] = [
  eventTypes.created,
  eventTypes.updated,
  eventTypes.withdrawn,
]

/** The report that an event shows; nothing where it shows none. */
export function reportOf(event: MailEvent): ReportView | undefined {
  if (!reportTypes.includes(event.type) || !event.data) return undefined
  return event.data as unknown as ReportView
}

/** Who sent an event, by its source. */
export function senderOf({ source }: MailEvent): string {
  return source.split('/').at(-1) ?? ''
}

/** The mark that stands before everything else when an event is not real. */
export function statusMark(messageStatus: unknown): string {
  if (messageStatus === 'exercise') return '【訓練】'
  return messageStatus === 'test' ? '【試験】' : ''
}

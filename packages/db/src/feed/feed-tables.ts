// The tables of the feed and of how far each of its events was handed on.

import type { Generated, JSONColumnType } from 'kysely'

export interface FeedTable {
  only_row: Generated<boolean>
  epoch: Generated<string>
  head: Generated<number>
}

export interface EventsTable {
  seq: number
  event_id: string
  type: string
  organisation_id: string
  report_id: string | null
  revision: number | null
  subject: string
  recipients: string[] | null
  content: JSONColumnType<object> | null
  kind: string
  kinds: string[]
  message_status: string
  level: number
  peak_level: number
  tlp: string
  told_at: string[]
  owners: Generated<string[]>
  services: string[]
  prefectures: string[]
  traceparent: string | null
  recorded_at: Date
}

export interface FanOutsTable {
  seq: number
  lane: string
  after_subscription: string | null
  owed: Generated<number>
  completed_at: Date | null
}

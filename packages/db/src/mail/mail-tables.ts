// The tables of mail: orders, links, bounces.

import type { MailOrderKind } from '@renkei/schema'
import type { Generated, JSONColumnType } from 'kysely'

export interface MailOrdersTable {
  mail_id: string
  organisation_id: string
  kind: MailOrderKind
  contact_id: string | null
  sealed_address: string | null
  data: JSONColumnType<object>
  level: number
  state: Generated<'waiting' | 'sent' | 'refused' | 'dead' | 'unneeded'>
  reason: string | null
  attempts: Generated<number>
  due_at: Date
  claimed_by: string | null
  claimed_until: Date | null
  created_at: Date
  ended_at: Date | null
}

export type LinkPurpose = 'verifyAddress' | 'acknowledge' | 'unsubscribe'
export type LinkUse = 'verified' | 'seen' | 'assessed' | 'unsubscribed'

export interface MailLinksTable {
  token_hash: Buffer
  purpose: LinkPurpose
  organisation_id: string
  subscription_id: string | null
  contact_id: string | null
  report_id: string | null
  revision: number | null
  target_hash: Buffer | null
  created_at: Date
  expires_at: Date
  used_as: LinkUse | null
  used_at: Date | null
}

export interface MailBouncesTable {
  bounce_id: string
  message_digest: Buffer
  subscription_id: string | null
  mail_id: string | null
  hard: boolean
  status: string
  at: Date
}

// The tables of contacts and of the requests to confirm them.

import type { JSONColumnType } from 'kysely'

export interface ContactsTable {
  contact_id: string
  organisation_id: string
  revision: number
  call_order: number
  role: string
  tlp: string
  name: string
  channels: string
  remark: string | null
  hours: JSONColumnType<object>
  languages: string[]
  validity: JSONColumnType<object> | null
  confirmed_at: Date
  confirmed_by: string
  updated_at: Date
}

export interface ConfirmationRequestsTable {
  contact_id: string
  confirmed_at: Date
  asked: number
  first_asked_at: Date
}

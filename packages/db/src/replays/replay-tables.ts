// The table of replays.

import type { Generated, JSONColumnType } from 'kysely'

export interface ReplaysTable {
  replay_id: string
  subscription_id: string
  organisation_id: string
  what: JSONColumnType<object>
  cursor_seq: number
  until_seq: number
  per_second: number
  state: ReplayState
  state_reason: string | null
  total: number | null
  queued: Generated<number>
  skipped_overtaken: Generated<number>
  skipped_waiting: Generated<number>
  removed: Generated<number>
  created_at: Date
  ended_at: Date | null
  fed_at: Date
  next_at: Date
}

export type ReplayState = 'running' | 'completed' | 'cancelled'

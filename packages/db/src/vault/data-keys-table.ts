import type { Generated } from 'kysely'

export interface DataKeysTable {
  data_key_id: string
  wrapped: Buffer
  kek_id: string
  seals: Generated<number>
  created_at: Generated<Date>
  retired_at: Date | null
}

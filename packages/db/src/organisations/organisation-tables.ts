// The tables of organisations and of what they prove themselves with.

import type { Generated } from 'kysely'

export interface OrganisationsTable {
  organisation_id: string
  name: string
  kind: OrganisationKind
  created_at: Generated<Date>
  name_ja: Generated<string | null>
  codes: Generated<object>
  revision: Generated<number>
  updated_at: Generated<Date>
}

export type OrganisationKind =
  | 'carrier'
  | 'mvno'
  | 'vendor'
  | 'contractor'
  | 'government'
  | 'ceptoar'
  | 'emergencyAgency'
  | 'media'

export interface ApiKeysTable {
  key_id: string
  organisation_id: string
  label: string
  secret_hash: Buffer
  scopes: string[]
  created_at: Generated<Date>
  expires_at: Date | null
  revoked_at: Date | null
  replaced_by: Generated<string | null>
  signature_required: Generated<boolean>
  certificate_sha256: Generated<string | null>
  last_used_at: Generated<Date | null>
  last_used_address: Generated<string | null>
}

export interface SigningKeysTable {
  signing_key_id: string
  organisation_id: string
  label: string
  public_key: Buffer
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Generated<Date | null>
}

export interface SignatureNoncesTable {
  signing_key_id: string
  nonce: string
  valid_until: Date
}

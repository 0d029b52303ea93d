import type { Database } from '@renkei/db'
import type { SignatureDeps } from '../auth/signature.ts'

export interface CredentialDeps extends SignatureDeps {
  readonly db: Database['db']
  readonly keysPerOrganisationMax: number
  readonly signingKeysPerOrganisationMax: number
}

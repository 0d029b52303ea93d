// Generated from packages/schema/schemas/organisation.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, OrganisationCode } from './report.gen.ts'

/**
 * carrier 電気通信事業者, mvno, vendor ベンダー, contractor 施工業者, government 行政機関, ceptoar T-CEPTOAR, emergencyAgency 緊急機関, media 報道機関. Set by the operator of Renkei: it decides what the organisation may see.
 */
export type OrganisationKind =
  | 'carrier'
  | 'mvno'
  | 'vendor'
  | 'contractor'
  | 'government'
  | 'ceptoar'
  | 'emergencyAgency'
  | 'media'
/**
 * What the code is: micRegistration 総務省の登録・届出番号, mccMnc, asNumber, corporateNumber 法人番号, carrierIdentification 事業者識別番号, other.
 */
export type CodeScheme =
  'micRegistration' | 'mccMnc' | 'asNumber' | 'corporateNumber' | 'carrierIdentification' | 'other'

/**
 * An organisation as Renkei shows it.
 */
export interface Organisation {
  /**
   * Registered code; never changes.
   */
  organisationId: OrganisationCode
  /**
   * Name of the organisation in Latin letters or as it is used abroad.
   */
  name: string
  /**
   * Name of the organisation in Japanese.
   */
  nameJa?: string
  /**
   * Set by the operator of Renkei.
   */
  kind: OrganisationKind
  /**
   * What others know the organisation by.
   */
  codes: RegisteredCode[]
  /**
   * Counts the changes of the entry; give it as If-Match.
   */
  revision: number
  /**
   * When the entry was last changed.
   */
  updatedAt: DateTime
}
/**
 * One code of an organisation. mccMnc is written 999-99, asNumber AS64500, corporateNumber with its 13 digits.
 */
export interface RegisteredCode {
  /**
   * What the code is.
   */
  scheme: CodeScheme
  /**
   * The code itself.
   */
  value: string
}
/**
 * What an organisation sends to change its own entry. Codes replace all codes.
 */
export interface OrganisationPatch {
  /**
   * Name of the organisation in Latin letters or as it is used abroad.
   */
  name?: string
  /**
   * Name of the organisation in Japanese.
   */
  nameJa?: string
  /**
   * What others know the organisation by.
   */
  codes?: RegisteredCode[]
}

// Areas of Japan as codes: prefectures (JIS X 0401, ISO 3166-2) and municipalities
// (全国地方公共団体コード: JIS X 0401 + JIS X 0402 + check digit). The lists are data in codes/.

import municipalityList from '../../codes/municipalities.json' with { type: 'json' }
import prefectureList from '../../codes/prefectures.json' with { type: 'json' }

export interface Prefecture {
  /** JIS X 0401, two digits. */
  code: string
  /** Six digits, as 都道府県 in the list of local governments. */
  localGovernmentCode: string
  ja: string
  en: string
  /** ISO 3166-2. */
  iso: string
}

export interface Municipality {
  /** Six digits with the check digit. */
  code: string
  ja: string
  /** The designated city (政令指定都市) a ward belongs to. */
  city?: string
  /** First and last day (YYYY-MM-DD) on which the code is in use; absent means no such limit. */
  validFrom?: string
  validTo?: string
}

/** The 47 prefectures in the order of their codes. */
export const prefectures: readonly Prefecture[] = prefectureList.prefectures

/** Municipalities, Tokyo's special wards and wards of designated cities, in the order of their codes. */
export const municipalities: readonly Municipality[] = municipalityList.municipalities

const prefectureByCode = new Map(prefectures.map((entry) => [entry.code, entry]))
const municipalityByCode = new Map(municipalities.map((entry) => [entry.code, entry]))

/** True for the two digits of JIS X 0401, `01` to `47`. */
export function isPrefectureCode(code: string): boolean {
  return prefectureByCode.has(code)
}

/**
 * True for a listed municipality or ward, six digits with the right check digit. Refuses the codes
 * of prefectures and, unless `on` (YYYY-MM-DD) is a day when they were in use, abolished codes.
 */
export function isMunicipalityCode(code: string, on?: string): boolean {
  const entry = municipalityByCode.get(code)
  if (entry === undefined || !hasValidCheckDigit(code)) return false
  if (on === undefined) return entry.validTo === undefined
  return (entry.validFrom ?? on) <= on && on <= (entry.validTo ?? on)
}

/** The prefecture's two digits that a municipality's code begins with. Refuses (undefined) unlisted codes. */
export function prefectureOf(municipalityCode: string): string | undefined {
  return municipalityByCode.has(municipalityCode) ? municipalityCode.slice(0, 2) : undefined
}

/** The prefecture with this JIS X 0401 code. */
export function findPrefecture(code: string): Prefecture | undefined {
  return prefectureByCode.get(code)
}

/** The municipality or ward with this six-digit code, abolished ones included. */
export function findMunicipality(code: string): Municipality | undefined {
  return municipalityByCode.get(code)
}

/**
 * True when the sixth digit of a local government code fits the first five: weights 6, 5, 4, 3, 2,
 * then the last digit of 11 − (sum mod 11), so remainder 0 gives 1 and remainder 1 gives 0.
 */
export function hasValidCheckDigit(code: string): boolean {
  if (!/^\d{6}$/.test(code)) return false
  let sum = 0
  for (let index = 0; index < 5; index += 1) sum += Number(code[index]) * (6 - index)
  return Number(code[5]) === (11 - (sum % 11)) % 10
}

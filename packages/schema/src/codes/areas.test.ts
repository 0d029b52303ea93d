import { describe, expect, it } from 'vitest'
import {
  findMunicipality,
  findPrefecture,
  hasValidCheckDigit,
  isMunicipalityCode,
  isPrefectureCode,
  municipalities,
  prefectureOf,
  prefectures,
} from './areas.ts'

describe('prefectures', () => {
  it('are the 47 of JIS X 0401, each with its ISO code and a valid local government code', () => {
    expect(prefectures.map((entry) => entry.code)).toEqual(
      Array.from({ length: 47 }, (_, index) => String(index + 1).padStart(2, '0')),
    )
    for (const entry of prefectures) {
      expect(entry.iso).toBe(`JP-${entry.code}`)
      expect(entry.localGovernmentCode.startsWith(`${entry.code}000`)).toBe(true)
      expect(hasValidCheckDigit(entry.localGovernmentCode)).toBe(true)
    }
    expect(findPrefecture('13')?.ja).toBe('東京都')
    expect(findPrefecture('01')?.localGovernmentCode).toBe('010006')
  })

  it.each(['00', '48', '1', '001', '１３', '', '13 ', '1a'])('refuses %o', (code) => {
    expect(isPrefectureCode(code)).toBe(false)
  })
})

describe('municipalities', () => {
  it('are the full list: 1,741 and the six northern villages, and 171 wards of 20 cities', () => {
    const present = municipalities.filter((entry) => entry.validTo === undefined)
    expect(present.filter((entry) => entry.city === undefined)).toHaveLength(1747)
    const wards = present.filter((entry) => entry.city !== undefined)
    expect(wards).toHaveLength(171)
    expect(new Set(wards.map((entry) => entry.city)).size).toBe(20)
    expect(new Set(municipalities.map((entry) => entry.code)).size).toBe(municipalities.length)
  })

  it('all pass the check digit and lie in a known prefecture', () => {
    for (const { code } of municipalities) {
      expect(hasValidCheckDigit(code), code).toBe(true)
      expect(isPrefectureCode(prefectureOf(code) ?? ''), code).toBe(true)
    }
  })

  it.each([
    ['011002', '札幌市', '01'],
    ['131016', '千代田区', '13'],
    ['141003', '横浜市', '14'],
    ['401307', '福岡市', '40'],
    ['221392', '浜名区', '22'],
  ])('know %s as %s', (code, ja, prefecture) => {
    expect(isMunicipalityCode(code)).toBe(true)
    expect(findMunicipality(code)?.ja).toBe(ja)
    expect(prefectureOf(code)).toBe(prefecture)
  })

  it.each([
    ['a wrong check digit', '011003'],
    ['a prefecture', '130001'],
    ['a valid check digit nobody has', '019992'],
    ['five digits', '01100'],
    ['seven digits', '0110020'],
    ['letters', '01100a'],
    ['nothing', ''],
  ])('refuse %s', (_, code) => {
    expect(isMunicipalityCode(code)).toBe(false)
    expect(prefectureOf(code)).toBeUndefined()
  })

  it('keep an abolished code for the days when it was in use', () => {
    expect(isMunicipalityCode('221317')).toBe(false)
    expect(isMunicipalityCode('221317', '2023-12-31')).toBe(true)
    expect(isMunicipalityCode('221317', '2024-01-01')).toBe(false)
    expect(isMunicipalityCode('221384', '2023-12-31')).toBe(false)
    expect(isMunicipalityCode('221384', '2024-01-01')).toBe(true)
  })
})

describe('the check digit', () => {
  it.each([
    ['012131', 22, '1'],
    ['012050', 23, '0'],
    ['010006', 5, '6'],
  ])('of %s (weighted sum %i) can only be %s', (code, sum, digit) => {
    const weighted = [6, 5, 4, 3, 2].map((weight, index) => weight * Number(code[index]))
    expect(weighted.reduce((total, part) => total + part, 0)).toBe(sum)
    const stem = code.slice(0, 5)
    expect('0123456789'.split('').filter((last) => hasValidCheckDigit(stem + last))).toEqual([
      digit,
    ])
  })
})

// Codes of municipalities, wherever a report names areas: the check digit must fit (JIS X 0402),
// and the code must be one that was in use on the day the report is about.

import type { Area } from '../../generated/report.gen.ts'
import { hasValidCheckDigit, isMunicipalityCode } from '../../codes/areas.ts'
import type { Fault } from '../fault.ts'
import type { ReportRule } from './report-rule.ts'

export const checkAreas: ReportRule = (report, faults) => {
  const day = (report.occurredAt ?? report.asOf)?.at.slice(0, 10)
  const check = (areas: readonly Area[] | undefined, pointer: string) =>
    areas?.forEach((area, index) =>
      checkArea(area, { pointer: `${pointer}/${index}`, day, faults }),
    )

  check(report.areas, '/areas')
  check(report.reRegistration?.areas, '/reRegistration/areas')
  report.impacts?.forEach(({ areas }, index) => check(areas, `/impacts/${index}/areas`))
  report.traffic?.forEach(({ areas }, index) => check(areas, `/traffic/${index}/areas`))
  report.controls?.forEach(({ areas }, index) => check(areas, `/controls/${index}/areas`))
  report.estimate?.forEach(({ areas }, index) => check(areas, `/estimate/${index}/areas`))
}

interface Place {
  pointer: string
  day: string | undefined
  faults: Fault[]
}

function checkArea({ type, code }: Area, { pointer, day, faults }: Place): void {
  if (type !== 'municipality' || code === undefined) return
  if (!hasValidCheckDigit(code)) {
    faults.push({
      pointer: `${pointer}/code`,
      rule: 'area.checkDigit',
      detail: `${pointer}/code does not fit its check digit (JIS X 0402).`,
      expected: 'six digits, the last of which follows from the first five',
    })
  } else if (!isMunicipalityCode(code, day)) {
    faults.push({
      pointer: `${pointer}/code`,
      rule: 'area.unknownCode',
      detail: `${pointer}/code is not the code of a municipality or ward in use on that day.`,
      expected: 'a code in the list of municipalities; a prefecture has the type prefecture',
    })
  }
}

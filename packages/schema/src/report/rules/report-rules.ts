// Every rule on the meaning of a report, in the order in which faults are told. What the schema
// can say by itself is in the schema: these are the rules that compare, calculate or look up.

import { checkAreas } from './areas.ts'
import { checkBlockedRange } from './blocked-range.ts'
import { checkLanguages } from './languages.ts'
import { checkMarkings } from './markings.ts'
import { checkNextUpdate } from './next-update.ts'
import { checkOrderOfInstants } from './order-of-instants.ts'
import { checkPeriods } from './periods.ts'
import { checkRenkeiGiven } from './renkei-given.ts'
import type { ReportRule } from './report-rule.ts'
import { checkRestored } from './restored.ts'
import { checkWindow } from './window.ts'

export const reportRules: readonly ReportRule[] = [
  checkRenkeiGiven,
  checkOrderOfInstants,
  checkNextUpdate,
  checkPeriods,
  checkWindow,
  checkAreas,
  checkBlockedRange,
  checkRestored,
  checkLanguages,
  checkMarkings,
]

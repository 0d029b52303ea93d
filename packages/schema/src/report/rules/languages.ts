// One text per language: with two, a page could not know which to show.

import type { ReportRule } from './report-rule.ts'

export const checkLanguages: ReportRule = ({ texts }, faults) => {
  const seen = new Set<string>()
  texts?.forEach(({ language }, index) => {
    const tag = language.toLowerCase()
    if (seen.has(tag)) {
      faults.push({
        pointer: `/texts/${index}/language`,
        rule: 'texts.language',
        detail: `/texts/${index}/language has a text already.`,
        expected: 'one entry per language',
      })
    }
    seen.add(tag)
  })
}

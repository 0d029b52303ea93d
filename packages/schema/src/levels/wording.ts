// Reasons and countdowns in words, Japanese and English, from the templates of a rule set.

import { findService } from '../codes/lists.ts'
import type { Bilingual } from '../generated/report.gen.ts'
import type { ControlFacts, ImpactFacts, ReportFacts } from './facts.ts'
import { lastedMs } from './reach.ts'

const startWords = {
  from: { ja: '影響の開始から', en: 'since this impact began' },
  occurredAt: { ja: '発生から', en: 'since occurrence' },
  detectedAt: {
    ja: '発生時刻が不明のため検知から',
    en: 'since detection, as the time of occurrence is unknown',
  },
} as const

const qualifiedUsers = {
  exact: (figure: string) => ({ ja: figure, en: figure }),
  about: (figure: string) => ({ ja: `約${figure}`, en: `about ${figure}` }),
  atLeast: (figure: string) => ({ ja: `${figure}以上`, en: `at least ${figure}` }),
  atMost: (figure: string) => ({ ja: `最大${figure}`, en: `at most ${figure}` }),
  unknown: (figure: string) => ({ ja: `${figure}(確度不明)`, en: `${figure} (unconfirmed)` }),
} as const

/** A template with its `{names}` replaced; an unknown name is left as it stands. */
export function fill(template: Bilingual, values: Record<string, Bilingual>): Bilingual {
  return { ja: put(template.ja, values, 'ja'), en: put(template.en, values, 'en') }
}

/** What templates may say of an impact: service, users, duration. */
export function impactWords(impact: ImpactFacts, facts: ReportFacts): Record<string, Bilingual> {
  const service = findService(impact.impact.service)
  const subtype = service?.subtypes.find((entry) => entry.code === impact.impact.subtype)
  const names = subtype ?? service
  return {
    service: { ja: names?.ja ?? impact.impact.service, en: names?.en ?? impact.impact.service },
    users: usersWords(impact),
    duration: durationWords(impact, facts),
  }
}

/** What templates may say of a control: the percent blocked. */
export function controlWords(control: ControlFacts): Record<string, Bilingual> {
  const blocked = String(control.blockedPercent)
  return { blocked: { ja: blocked, en: blocked } }
}

/** A whole number, zero or more, with commas between thousands. */
export function formatNumber(value: number): string {
  const digits = String(value)
  let text = digits.slice(-3)
  for (let end = digits.length - 3; end > 0; end -= 3) {
    text = `${digits.slice(Math.max(0, end - 3), end)},${text}`
  }
  return text
}

// Every accepted report is classified, and this is its inner loop: a scan beats a regular expression.
function put(text: string, values: Record<string, Bilingual>, language: 'ja' | 'en'): string {
  let filled = ''
  let done = 0
  for (;;) {
    const open = text.indexOf('{', done)
    const close = open === -1 ? -1 : text.indexOf('}', open)
    if (close === -1) return filled + text.slice(done)
    const value = values[text.slice(open + 1, close)]?.[language] ?? text.slice(open, close + 1)
    filled += text.slice(done, open) + value
    done = close + 1
  }
}

function usersWords(impact: ImpactFacts): Bilingual {
  if (impact.users === null) return { ja: '不明', en: 'an unknown number of' }
  const figure = formatNumber(impact.users)
  if (impact.usersAssumed) {
    return { ja: `不明(${figure}以上とみなす)`, en: `unknown, taken as ${figure} or more,` }
  }
  return qualifiedUsers[impact.impact.users.qualifier](figure)
}

function durationWords(impact: ImpactFacts, facts: ReportFacts): Bilingual {
  const minutes = Math.floor(lastedMs(impact, facts) / 60_000)
  const hours = Math.floor(minutes / 60)
  const rest = String(minutes % 60)
  const start = startWords[impact.startedBy]
  return {
    ja: `${hours > 0 ? `${String(hours)}時間` : ''}${rest}分(${start.ja})`,
    en: `${hours > 0 ? `${String(hours)} h ` : ''}${rest} min (${start.en})`,
  }
}

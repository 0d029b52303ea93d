// Words of a mail in both languages. Codes that have names in the contract's lists take them there.

import {
  findCause,
  findControl,
  findPrefecture,
  findService,
  findState,
  levels,
  type Names,
} from '@renkei/schema'

export type Language = 'ja' | 'en'

/** The name of a level from 0 to 4; nothing for anything else. */
export function levelName(value: unknown, language: Language): string | undefined {
  return levels.find((level) => level.value === value)?.[language]
}

/** The name of a code in its list, or the code itself where the list does not know it. */
export function nameOf(list: keyof typeof lists, code: unknown, language: Language): string {
  const entry = typeof code === 'string' ? lists[list](code) : undefined
  return entry?.[language] ?? String(code)
}

const lists = {
  service: findService,
  cause: findCause,
  control: findControl,
  state: findState,
  prefecture: findPrefecture,
  kind: inTable({
    fault: ['障害', 'Fault'],
    congestion: ['ふくそう', 'Congestion'],
    maintenance: ['工事', 'Maintenance'],
    plannedDemand: ['企画型ふくそう', 'Planned demand'],
    cyber: ['サイバー攻撃', 'Cyber attack'],
    leak: ['重要設備情報の漏えい', 'Leak of information on important facilities'],
  }),
  stage: inTable({
    flash: ['速報', 'Flash'],
    initial: ['第一報', 'Initial report'],
    update: ['続報', 'Update'],
    final: ['終報', 'Final report'],
  }),
  effect: inTable({
    unavailable: ['利用できない', 'unavailable'],
    degraded: ['利用しづらい', 'degraded'],
    intermittent: ['断続的', 'intermittent'],
    reducedRedundancy: ['冗長性の低下', 'reduced redundancy'],
    none: ['影響なし', 'no effect'],
    unknown: ['調査中', 'being investigated'],
  }),
  qualifier: inTable({
    exact: ['', ''],
    about: ['約', 'about '],
    atLeast: ['少なくとも', 'at least '],
    atMost: ['最大', 'at most '],
    unknown: ['調査中', 'being investigated'],
  }),
  confidence: inTable({
    low: ['低', 'low'],
    medium: ['中', 'medium'],
    high: ['高', 'high'],
    unknown: ['不明', 'unknown'],
  }),
  contactRole: inTable({
    nocDuty: ['当直', 'NOC duty'],
    incidentManager: ['障害統括', 'incident manager'],
    securityDesk: ['セキュリティ窓口', 'security desk'],
    publicRelations: ['広報', 'public relations'],
    executive: ['責任者', 'executive'],
    regulatorLiaison: ['行政連絡', 'regulator liaison'],
    tCeptoarLiaison: ['T-CEPTOAR連絡', 'T-CEPTOAR liaison'],
    maintenance: ['工事・保守', 'maintenance'],
    other: ['その他', 'other'],
  }),
} satisfies Record<string, (code: string) => Names | undefined>

function inTable(table: Record<string, readonly [ja: string, en: string]>) {
  const entries = new Map(Object.entries(table).map(([code, [ja, en]]) => [code, { ja, en }]))
  return (code: string): Names | undefined => entries.get(code)
}

const dayMs = 86_400_000
const jstMs = 9 * 3_600_000

/** An RFC 3339 instant in Japan's time; anything else as it is. */
export function timeText(value: unknown, language: Language): string {
  const ms = Date.parse(String(value))
  if (Number.isNaN(ms) || Math.abs(ms) > 100_000 * dayMs) return String(value)
  const [date, time] = new Date(ms + jstMs).toISOString().split('T')
  return `${date} ${time?.slice(0, 5)} ${language === 'ja' ? '(日本時間)' : 'JST'}`
}

/** A text on one line of at most so many characters. */
export function oneLine(text: string, charactersMax: number): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ').trim()
  const characters = Array.from(line)
  if (characters.length <= charactersMax) return line
  return `${characters
    .slice(0, charactersMax - 1)
    .join('')
    .trimEnd()}…`
}

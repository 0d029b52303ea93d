// Makes the reference of the levels from the rule sets: criteria, levels, deadlines, each row with
// what it rests on and where it comes from.

import { readFile } from 'node:fs/promises'
import type { DeadlineRule, LevelRule, RuleSet, Threshold } from '@renkei/schema'

interface LevelNames {
  levels: { value: number; ja: string; en: string }[]
}

const root = new URL('../../', import.meta.url)
const ruleFiles = ['serious-accident-2015', 'serious-accident-2025']
const basisWords = { regulation: 'law', guideline: 'guideline', proposal: 'Renkei' } as const

/** Text of `docs/reference/levels.md`, by its path from the repository root. */
export async function generateLevelReference(): Promise<Map<string, string>> {
  const names = (await readJson('packages/schema/codes/levels.json')) as LevelNames
  const sets: RuleSet[] = []
  for (const file of ruleFiles) {
    sets.push((await readJson(`packages/schema/rules/${file}.json`)) as RuleSet)
  }
  const [first] = sets
  if (first === undefined) throw new Error('no rule set to describe')
  const chapters = [
    introduction,
    levelChapter(names, first),
    ...sets.map(criteriaChapter),
    deadlineChapter(first),
    readingChapter(first),
  ]
  return new Map([['docs/reference/levels.md', chapters.join('\n')]])
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(path, root), 'utf8'))
}

const introduction = `<!-- Generated from packages/schema/rules/ by scripts/generators/level-reference.ts. Run: npm run generate -->

# Levels

A level says how widely and how fast others must be told of a report. It is computed from the facts by
a rule set (\`packages/schema/rules/\`, described by \`schemas/rule-set.schema.json\`), is the highest of
all rules that fire, and always comes with its reasons. Levels are Renkei's own: neither the ministry's
classification nor the national 深刻度. "Rests on" tells the law from a guideline and from what Renkei
proposes. Cases to check another implementation against: \`packages/schema/vectors/classify/\`.
`

function levelChapter({ levels }: LevelNames, { levelRules }: RuleSet): string {
  const sections = levels.toReversed().map(({ value, ja, en }) => {
    const rows = levelRules
      .filter((rule) => rule.level === value)
      .map((rule) =>
        row([`\`${rule.id}\``, conditionOf(rule), basisWords[rule.basis], rule.source]),
      )
    const note =
      value === 3
        ? 'Also every criterion of a serious accident below, met or forecast to be met.\n\n'
        : ''
    return `### ${String(value)} ${ja} ${en}\n\n${note}${table(['Rule', 'When', 'Rests on', 'Source'], rows)}`
  })
  return `## Level rules\n\nThe same in every rule set. Rules of level 0 only name why no other rule fired.\n\n${sections.join('\n')}`
}

function criteriaChapter(set: RuleSet): string {
  const span = set.effectiveFrom === null ? 'only when configured' : `from ${set.effectiveFrom}`
  const rows = set.thresholds.map((threshold) => {
    const legalClass = set.legalClasses.find((entry) => entry.id === threshold.legalClass)
    return row([
      `\`${threshold.id}\``,
      `${legalClass?.ja ?? ''} (${legalClass?.en ?? threshold.legalClass})`,
      servicesOf(threshold),
      criterionOf(threshold),
      basisWords[threshold.basis],
      threshold.source,
    ])
  })
  return `## ${set.title.en}

Version \`${set.version}\`, ${span}. ${set.note.en}

${table(['Rule', 'Class', 'Services', 'Criterion', 'Rests on', 'Source'], rows)}`
}

function servicesOf({ services, subtypes }: Threshold): string {
  const only = subtypes === undefined ? '' : ` (only ${list(subtypes)})`
  return `${list(services)}${only}`
}

function criterionOf({ effects, minDurationSeconds, minUsers }: Threshold): string {
  const users = minUsers === 0 ? 'any users' : `≥ ${number(minUsers)} users`
  const stopped = effects.length === 1 && effects[0] === 'unavailable' ? ', unavailable' : ''
  return `≥ ${hours(minDurationSeconds)} and ${users}${stopped}`
}

function conditionOf({ when }: LevelRule): string {
  const parts: string[] = []
  if (when.states) parts.push(`state ${list(when.states)}`)
  if (when.impact) {
    const { minUsers, minDurationSeconds } = when.impact
    parts.push('one impact that users feel')
    if (minUsers !== undefined) parts.push(`with ≥ ${number(minUsers)} users`)
    if (minDurationSeconds !== undefined) parts.push(`for ≥ ${hours(minDurationSeconds)}`)
  }
  if (when.control) {
    const { minBlockedPercent, minDurationSeconds } = when.control
    parts.push('one control that restricts traffic')
    if (minBlockedPercent !== undefined) parts.push(`blocks ≥ ${String(minBlockedPercent)} %`)
    if (minDurationSeconds !== undefined) parts.push(`for ≥ ${hours(minDurationSeconds)}`)
  }
  if (when.emergencyCalls) parts.push(`emergency calls ${list(when.emergencyCalls)}`)
  if (when.wholePrefecture) parts.push('in a prefecture, a region or the country')
  if (when.otherCarriersHit) parts.push('other carriers or their users are hit')
  if (when.sameCauseElsewhere)
    parts.push('another organisation asserts `sameCause` with high confidence')
  if (when.alternatives) parts.push(`the alternatives name ${when.alternatives.join(', ')}`)
  if (when.minLevel !== undefined)
    parts.push(`the other rules give level ${String(when.minLevel)} or more`)
  if (when.kinds) parts.push(`kind ${list(when.kinds)}`)
  return parts.length === 0 ? 'always' : parts.join('; ')
}

function deadlineChapter({ deadlineRules }: RuleSet): string {
  const rows = deadlineRules.map((rule) =>
    row([
      `\`${rule.kind}\``,
      rule.audience,
      rule.text.ja,
      whenOf(rule),
      dueOf(rule),
      basisWords[rule.basis],
      rule.source,
    ]),
  )
  return `## Deadlines

The same in every rule set. Days and months end at 23:59:59 in Japan (+09:00). A deadline says when a
notice is owed, not whether it was given; it does not move when the report comes late.

${table(['Deadline', 'To', '内容', 'When', 'Due', 'Rests on', 'Source'], rows)}`
}

function whenOf({ when, due }: DeadlineRule): string {
  const parts: string[] = []
  if (due.secondsByLevel) parts.push(`level ${Object.keys(due.secondsByLevel).join(', ')}`)
  if (when.kinds) parts.push(`kind ${list(when.kinds)}`)
  if (when.states) parts.push(`state ${list(when.states)}`)
  if (when.notStates) parts.push(`not ${list(when.notStates)}`)
  if (when.open) parts.push('while open')
  if (when.thresholdMet) parts.push('a criterion of a serious accident is met')
  if (when.rules) parts.push(`${list(when.rules)} fired`)
  if (when.minPrefectures !== undefined) parts.push(`≥ ${String(when.minPrefectures)} prefectures`)
  if (when.priorityTrafficInterrupted) parts.push('priority traffic is interrupted')
  if (when.actualOnly) parts.push('not for exercises and tests')
  return parts.join('; ')
}

const anchors = {
  clockStart: 'occurrence',
  detectedAt: 'detection',
  asOf: 'the last report (`asOf`)',
  seriousSince: 'the instant it became serious (or is forecast to; else occurrence)',
  windowStart: 'the start of the window',
} as const

function dueOf({ due }: DeadlineRule): string {
  const from = anchors[due.from]
  if (due.days !== undefined)
    return `${String(Math.abs(due.days))} days ${due.days < 0 ? 'before' : 'after'} ${from}`
  if (due.months !== undefined) return `${String(due.months)} months after ${from}`
  if (due.monthsAfterQuarter !== undefined) {
    return `${String(due.monthsAfterQuarter)} months after the quarter of ${from}`
  }
  const minutes = Object.entries(due.secondsByLevel ?? {}).map(
    ([level, seconds]) => `${String(seconds / 60)} min (level ${level})`,
  )
  const pause = due.notBetween
    ? `, not between ${due.notBetween.from} and ${due.notBetween.to}`
    : ''
  return `${minutes.join(', ')} after ${from}${pause}`
}

function readingChapter({ unknownUsers, impactEffects, accidentKinds }: RuleSet): string {
  return `## How a report is read

- **Clock.** Durations run from \`occurredAt\`, or from \`detectedAt\` when that is absent or its precision is
  unknown (the reason says so); an impact with its own \`from\` runs from there. The clock stops at
  \`restoredAt\` in the states restored, closed, completed and monitoring, or at \`asOf\` when an ended incident
  has no known time of restoration. Equipment restored with congestion going on does not stop it.
- **Impacts** are never added up, neither across services nor across the effects of one service. Effects that
  count: ${list(impactEffects)}. An impact that ended still counts with the duration it had.
- **Users.** about, at most and at least leave the figure as it is. An unknown count of ${list(unknownUsers.services)}
  in an area of type ${list(unknownUsers.areaTypes)} is taken as ${number(unknownUsers.takenAs)} (${basisWords[unknownUsers.basis]}); any other unknown count
  reaches no threshold that asks for users.
- **Forecast.** A criterion counts as forecast when the reporter's own newest estimate for an area, or the
  announced end of the impact, lies at or after the instant at which it is met. Without an estimate there is
  only the countdown.
- **Priority restriction.** A report does not say why traffic is restricted: any restriction that lasts long enough
  while enough users are hit is taken as one that protects priority calls.
- **Announced.** What begins later than the report's own \`asOf\` counts from its beginning.
- **Void.** What is withdrawn, cancelled or still planned has level 0: nothing in it has happened.
- **Kinds.** Criteria and most rules apply to ${list(accidentKinds)}. Planned work that is under way is minor when
  users are hit, and higher only by its effect on emergency calls.
- **Exercises and tests** get the level they play, and no deadline towards the ministry.
- **Not computed:** 震度6弱以上 or a disaster headquarters together with 80 % blocked (level 4 in the table; a human
  raises the level), the criterion of 2 Gbit/s where users cannot be counted, and the disaster area map
  (three times a day or more).
`
}

function table(heads: string[], rows: string[]): string {
  return `${row(heads)}\n${row(heads.map(() => '---'))}\n${rows.join('\n')}\n`
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function list(values: readonly string[]): string {
  return values.map((value) => `\`${value}\``).join(', ')
}

function hours(seconds: number): string {
  return `${String(seconds / 3600)} h`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

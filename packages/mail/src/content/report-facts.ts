// The facts of a report that a reader needs first, in one language. Every one is left out when the
// receiver's view does not have it.

import type { ReportView } from '@renkei/schema'
import type { Fact } from './blocks.ts'
import { type MailEvent, senderOf } from './event.ts'
import { areaName, isWholeCountry } from './subject.ts'
import { type Language, levelName, nameOf, timeText } from './words.ts'

const areasMax = 30
const impactsMax = 12
const controlsMax = 12

/** The summary of a report. */
export function reportFacts(event: MailEvent, view: ReportView, language: Language): Fact[] {
  const say = (ja: string, en: string) => (language === 'ja' ? ja : en)
  const level = event.level ?? view.level?.value
  const label = event.tlp ?? view.tlp
  const time = (value: unknown) => timeText(value, language)
  const facts: (Fact | undefined)[] = [
    [say('レベル', 'Level'), `${levelName(level, language) ?? '—'} (${String(level)})`],
    [say('状態', 'State'), nameOf('state', view.state, language)],
    given(say('影響', 'Impact'), impactsText(view, language)),
    given(say('地域', 'Area'), areasText(view, language)),
    given(
      say('緊急通報(110・118・119)', 'Emergency calls (110, 118, 119)'),
      view.emergencyCalls?.effect && nameOf('effect', view.emergencyCalls.effect, language),
    ),
    given(
      say('優先電話', 'Priority phones'),
      view.priorityCalls?.effect && nameOf('effect', view.priorityCalls.effect, language),
    ),
    given(say('規制', 'Controls'), controlsText(view, language)),
    given(say('原因', 'Cause'), causeText(view, language)),
    given(say('発生', 'Began'), view.occurredAt?.at && time(view.occurredAt.at)),
    given(say('復旧', 'Restored'), view.restoredAt?.at && time(view.restoredAt.at)),
    given(say('復旧見込み', 'Restoration expected'), estimateText(view, language)),
    given(say('次報の予定', 'Next report by'), view.nextUpdateBy && time(view.nextUpdateBy)),
    given(say('情報の時点', 'As of'), view.asOf?.at && time(view.asOf.at)),
    [say('種別', 'Kind'), nameOf('kind', view.kind, language)],
    [say('報', 'Revision'), revisionText(view, language)],
    [say('報告者', 'Reporter'), view.reporter?.organisation ?? senderOf(event)],
    given(say('共有範囲', 'Label'), label),
  ]
  return facts.filter((fact) => fact !== undefined)
}

function given(label: string, value: string | undefined): Fact | undefined {
  return value === undefined || value === '' ? undefined : [label, value]
}

function revisionText(view: ReportView, language: Language): string {
  const stage = view.stage && nameOf('stage', view.stage, language)
  if (language === 'en') return `No. ${view.revision}${stage ? ` (${stage})` : ''}`
  return `第${view.revision}報${stage ? `(${stage})` : ''}`
}

function impactsText(view: ReportView, language: Language): string {
  const lines = (view.impacts ?? []).map(({ service, effect, users }) => {
    const name = service && nameOf('service', service, language)
    const said = [name, effect && nameOf('effect', effect, language), usersText(users, language)]
    return said.filter(Boolean).join(language === 'ja' ? ' ' : ', ')
  })
  return upTo(lines, impactsMax, { separator: '\n', language })
}

type Users = NonNullable<NonNullable<ReportView['impacts']>[number]['users']>

function usersText(users: Users | undefined, language: Language): string | undefined {
  if (users?.value === undefined) return undefined
  const how = users.qualifier ? nameOf('qualifier', users.qualifier, language) : ''
  const count = users.value.toLocaleString('en')
  return language === 'ja' ? `${how}${count}人・回線` : `${how}${count} users`
}

function areasText(view: ReportView, language: Language): string {
  const names = (view.areas ?? []).map((area) =>
    language === 'en' && area.type === 'prefecture'
      ? nameOf('prefecture', area.code, 'en')
      : areaName(area),
  )
  const separator = language === 'ja' ? '、' : ', '
  if (isWholeCountry(view.areas ?? [])) return language === 'ja' ? '全国' : 'The whole country'
  return upTo([...new Set(names.filter(Boolean))], areasMax, { separator, language })
}

function controlsText(view: ReportView, language: Language): string {
  const lines = (view.controls ?? []).map(({ kind, blockedPercentMax }) => {
    const name = kind ? nameOf('control', kind, language) : ''
    return blockedPercentMax === undefined ? name : `${name} ${blockedPercentMax}%`
  })
  return upTo(lines.filter(Boolean), controlsMax, { separator: '\n', language })
}

function causeText({ cause }: ReportView, language: Language): string {
  const category = cause?.category && nameOf('cause', cause.category, language)
  const presumed = language === 'ja' ? '(推定)' : ' (presumed)'
  const sure = cause?.confirmed === false ? presumed : ''
  return category ? `${category}${sure}` : ''
}

function estimateText({ estimate }: ReportView, language: Language): string {
  const last = estimate?.at(-1)
  if (!last?.target) return ''
  const sure = last.confidence && nameOf('confidence', last.confidence, language)
  const how = language === 'ja' ? `確度 ${sure}` : `confidence ${sure}`
  return `${timeText(last.target, language)}${sure ? ` ${how}` : ''}`
}

interface Joining {
  readonly separator: string
  readonly language: Language
}

function upTo(items: readonly string[], max: number, { separator, language }: Joining): string {
  const more = items.length - max
  if (more <= 0) return items.join(separator)
  const rest = language === 'ja' ? `ほか${more}件` : `and ${more} more`
  return [...items.slice(0, max), rest].join(separator)
}

// Subjects: what is not real says so first, then level and area, then what and the label. Short enough
// for the list of a phone, on one line whatever is in the report.

import { prefectures, type ReportView } from '@renkei/schema'
import { type MailEvent, statusMark } from './event.ts'
import { levelName, nameOf, oneLine } from './words.ts'

const subjectCharactersMax = 140
const areaCharactersMax = 24
const whatCharactersMax = 60

/** The subject of a report's mail, such as `【訓練】【危機4】東京都ほか: 音声通話 調査中 第3報 [TLP:AMBER]`. */
export function reportSubject(event: MailEvent, view: ReportView): string {
  const what = oneLine(whatOf(view), whatCharactersMax)
  const state = nameOf('state', view.state, 'ja')
  const mark = statusMark(event.messagestatus ?? view.messageStatus)
  const level = levelMark(event.level ?? view.level?.value)
  const area = oneLine(areaOf(view), areaCharactersMax)
  const said = `${area}: ${what} ${state} 第${view.revision}報`
  return `${mark}${level}${said}${labelMark(event.tlp ?? view.tlp)}`
}

/** The subject of any other mail: its mark first, on one line and not too long. */
export function plainSubject(mark: string, text: string, tlp?: unknown): string {
  return `${mark}${oneLine(text, subjectCharactersMax)}${labelMark(tlp)}`
}

/** `【危機4】`, or nothing where no level is known. */
export function levelMark(level: unknown): string {
  const name = levelName(level, 'ja')
  return name === undefined ? '' : `【${name}${String(level)}】`
}

function labelMark(tlp: unknown): string {
  return typeof tlp === 'string' ? ` [${oneLine(tlp, 20)}]` : ''
}

/** Where it is, in a word or two: the first area, and whether there are more. */
function areaOf(view: ReportView): string {
  const own = view.areas ?? []
  const areas = own.length > 0 ? own : (view.impacts ?? []).flatMap(({ areas: list }) => list ?? [])
  if (isWholeCountry(areas)) return '全国'
  const names = [...new Set(areas.map(areaName).filter((name) => name !== ''))]
  const [first] = names
  if (first === undefined) return '地域の記載なし'
  return names.length > 1 ? `${first}ほか` : first
}

type Area = NonNullable<ReportView['areas']>[number]

/** True when every prefecture is among the areas. */
export function isWholeCountry(areas: readonly Area[]): boolean {
  const codes = new Set(areas.flatMap(({ type, code }) => (type === 'prefecture' ? [code] : [])))
  return prefectures.every(({ code }) => codes.has(code))
}

/** The name of an area as people know it, or its code. */
export function areaName(area: Area): string {
  const { type, code, name } = area
  if (type === 'prefecture' && code !== undefined) return nameOf('prefecture', code, 'ja')
  if (name !== undefined) return name
  return type === 'country' ? '全国' : (code ?? '')
}

function whatOf(view: ReportView): string {
  const services = (view.impacts ?? []).flatMap(({ service }) => (service ? [service] : []))
  const [first, ...others] = new Set(services)
  if (first === undefined) return nameOf('kind', view.kind, 'ja')
  return `${nameOf('service', first, 'ja')}${others.length > 0 ? 'ほか' : ''}`
}

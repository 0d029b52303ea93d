// The mail of a report: Japanese first, then English, then every field that the receiver may have.

import type { ReportView } from '@renkei/schema'
import { allFields } from './fields.ts'
import type { Block, MailContent } from './blocks.ts'
import type { MailEvent } from './event.ts'
import { reportFacts } from './report-facts.ts'
import { reportSubject } from './subject.ts'
import { type Language, levelName } from './words.ts'

export interface MailLinks {
  /** The page on which the receiver says that it has seen or assessed the report. */
  readonly acknowledge?: string
  readonly unsubscribe?: string
}

/** Makes the mail of a report event. */
export function reportMail(event: MailEvent, view: ReportView, links: MailLinks): MailContent {
  const subject = reportSubject(event, view)
  const level = event.level ?? view.level?.value ?? 0
  return {
    subject,
    urgent: level >= 3,
    blocks: [
      ...statusBanner(event.messagestatus ?? view.messageStatus),
      { kind: 'title', text: subject },
      ...half(event, view, 'ja', acknowledgeLink(links)),
      { kind: 'section', text: 'English' },
      ...half(event, view, 'en'),
      { kind: 'section', text: '全項目 / All fields' },
      { kind: 'facts', rows: allFields(view, 'report-view') },
      ...footer(links, 'この報告を受け取る理由: 貴組織の購読'),
    ],
  }
}

/** Says of what is not real that it is not, in both languages. */
export function statusBanner(messageStatus: unknown): Block[] {
  if (messageStatus === 'exercise') {
    return [{ kind: 'banner', text: '【訓練】これは訓練です。 / EXERCISE. This is not real.' }]
  }
  if (messageStatus !== 'test') return []
  return [{ kind: 'banner', text: '【試験】これは試験です。 / TEST. This is not real.' }]
}

// What is to be done comes before the details: on a phone they are a long way.
function half(
  event: MailEvent,
  view: ReportView,
  language: Language,
  toDo: readonly Block[] = [],
): Block[] {
  const facts = { kind: 'facts', rows: reportFacts(event, view, language) } as const
  return [...skippedBlock(event, language), ...textBlocks(view, language), ...toDo, facts]
}

// What the reporter wrote for people to read, in this language where there is one.
function textBlocks(view: ReportView, language: Language): Block[] {
  const text = view.texts?.find((entry) => entry.language?.split('-')[0] === language)
  if (!text) return []
  const request = language === 'ja' ? 'お願い' : 'Request'
  const said = [
    text.headline,
    text.description,
    text.request && `${request}: ${text.request}`,
    ...(text.alternatives ?? []).map((way) => `・${way}`),
  ]
  const lines = said.filter((line) => line !== undefined && line !== '')
  return lines.length > 0 ? [{ kind: 'text', text: lines.join('\n') }] : []
}

/** Names the revisions that this receiver did not get because a newer one was there before. */
function skippedBlock(event: MailEvent, language: Language): Block[] {
  const { revision, previousdeliveredrevision: previous, highestlevelsince: highest } = event
  if (revision === undefined || previous === undefined || revision - previous < 2) return []
  const [from, to] = [previous + 1, revision - 1]
  const which = from === to ? `${from}` : `${from}–${to}`
  const name = levelName(highest, language)
  if (language === 'en') {
    const level = name ? ` The highest level since was ${name} (${highest}).` : ''
    return [{ kind: 'text', text: `Revisions left out: ${which}.${level}` }]
  }
  const level = name ? `その間の最高レベルは${name}(${highest})です。` : ''
  return [{ kind: 'text', text: `第${which}報 は省かれました。${level}` }]
}

function acknowledgeLink({ acknowledge }: MailLinks): Block[] {
  if (acknowledge === undefined) return []
  return [{ kind: 'link', label: '受領・影響を回答する / Acknowledge or assess', url: acknowledge }]
}

/** What stands at the end of every mail: why it came, how to stop it, and that nobody reads answers. */
export function footer(links: MailLinks, why: string): Block[] {
  const stop: Block[] = links.unsubscribe
    ? [{ kind: 'link', label: '配信を停止する / Unsubscribe', url: links.unsubscribe }]
    : []
  const text = `${why}。このメールは自動送信です。返信は読まれません。\nSent automatically by Renkei. Replies are not read.`
  return [{ kind: 'small', text }, ...stop]
}

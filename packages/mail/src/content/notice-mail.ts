// The mail of an event that shows no report: agreements, contacts, subscriptions, reports to be read
// signed in.

import { dataSchemaOf, eventTypes, type SchemaName } from '@renkei/schema'
import { allFields } from './fields.ts'
import type { Block, Fact, MailContent } from './blocks.ts'
import { type MailEvent, senderOf, statusMark } from './event.ts'
import { footer, type MailLinks, statusBanner } from './report-mail.ts'
import { levelMark, plainSubject } from './subject.ts'
import { timeText } from './words.ts'

type Said = readonly [ja: string, en: string]

const titles: Record<string, Said> = {
  [eventTypes.agreementProposed]: [
    '共有の取決めが提案されました',
    'An agreement has been proposed',
  ],
  [eventTypes.agreementAccepted]: [
    '共有の取決めが承諾されました',
    'An agreement has been accepted',
  ],
  [eventTypes.agreementDeclined]: ['共有の取決めが断られました', 'An agreement has been declined'],
  [eventTypes.agreementWithdrawn]: [
    '共有の取決めの提案が取り下げられました',
    'A proposed agreement has been withdrawn',
  ],
  [eventTypes.agreementEnded]: ['共有の取決めが終了されました', 'An agreement has been ended'],
  [eventTypes.agreementExpiring]: ['共有の取決めの期限が近づいています', 'An agreement ends soon'],
  [eventTypes.agreementExpired]: ['共有の取決めの期限が切れました', 'An agreement has expired'],
  [eventTypes.contactConfirmationRequested]: [
    '連絡先の確認をお願いします',
    'Please confirm your contacts',
  ],
  [eventTypes.contactUnreachable]: [
    '連絡先にメールが届きませんでした。登録を直してください',
    'Mail to a contact of yours was refused: please correct the register',
  ],
  [eventTypes.acknowledgementRecorded]: [
    '報告への回答がありました',
    'A report of yours has been acknowledged',
  ],
  [eventTypes.acknowledgementOverdue]: [
    '報告への回答の期限が過ぎました',
    'An acknowledgement of yours is overdue',
  ],
  [eventTypes.acknowledgementEscalated]: [
    '回答がないため、次の連絡先に知らせました',
    'A report of yours was not acknowledged in time: the next contact has been told',
  ],
  [eventTypes.subscriptionFailing]: ['配信先に届いていません', 'An endpoint of yours is failing'],
  [eventTypes.subscriptionRecovered]: ['配信先が回復しました', 'An endpoint of yours works again'],
  [eventTypes.subscriptionSwitchedOff]: [
    'レベル0–2の送信を止めました',
    'Deliveries of levels 0 to 2 to an endpoint of yours have been stopped',
  ],
  [eventTypes.subscriptionPaused]: [
    '宛先メールアドレスが受け付けられないため、購読を一時停止しました',
    'An e-mail address of yours takes no mail: its subscription is paused',
  ],
  [eventTypes.subscriptionEnded]: ['購読が終了しました', 'A subscription of yours has ended'],
  [eventTypes.subscriptionTest]: ['配信の試験です', 'This is a test of the delivery'],
}

const noticeReasons: Record<string, Said> = {
  readSignedIn: [
    '報告があります。メールには載せられません。ログインして(APIキーで)読んでください',
    'There is a report that is not sent by mail: read it signed in, with your API key',
  ],
  noLongerShared: [
    '以前の報告は共有されなくなりました。画面などから外してください',
    'A report is no longer shared with you: take it off your screens',
  ],
}

/** Makes the mail of a notice; of a type that it has no words for it shows the data as they are. */
export function noticeMail(event: MailEvent, links: MailLinks): MailContent {
  const [ja, en] = titleOf(event)
  const mark = `${statusMark(event.messagestatus)}${levelOf(event)}`
  const subject = plainSubject(mark, ja, event.tlp)
  const blocks: Block[] = [
    ...statusBanner(event.messagestatus),
    { kind: 'title', text: subject },
    { kind: 'text', text: `${ja}。` },
    { kind: 'facts', rows: headFacts(event) },
    { kind: 'section', text: 'English' },
    { kind: 'text', text: `${en}.` },
    ...fieldBlocks(event),
    ...footer(links, 'このお知らせを受け取る理由: 貴組織の購読'),
  ]
  return { subject, urgent: (event.level ?? 0) >= 3, blocks }
}

function titleOf(event: MailEvent): Said {
  const reason = event.type === eventTypes.reportNotice ? event.data?.['reason'] : undefined
  const known = typeof reason === 'string' ? noticeReasons[reason] : titles[event.type]
  return known ?? [`お知らせ (${event.type})`, `Notice (${event.type})`]
}

// The level of a notice of its own says nothing to people unless it stands for a report.
function levelOf(event: MailEvent): string {
  return event.level === 0 ? '' : levelMark(event.level)
}

function headFacts(event: MailEvent): Fact[] {
  return [
    ['発信 / From', senderOf(event)],
    ['対象 / About', event.subject ?? '—'],
    ['時刻 / Time', timeText(event.time, 'ja')],
  ]
}

function fieldBlocks({ type, data }: MailEvent): Block[] {
  if (!data || Object.keys(data).length === 0) return []
  const [file = '', part] = dataSchemaOf(type).split('#/$defs/')
  const schema = file.replace('.schema.json', '') as SchemaName
  return [
    { kind: 'section', text: '全項目 / All fields' },
    { kind: 'facts', rows: allFields(data, schema, part) },
  ]
}

// Mails to people that are no deliveries of a subscription: an address to be verified, a contact to be
// confirmed, an endpoint that fails, a report that nobody has answered.

import type { MailOrderKind } from '@renkei/schema'
import type { Block, Fact, MailContent } from './blocks.ts'
import { statusMark } from './event.ts'
import { footer, statusBanner } from './report-mail.ts'
import { levelMark, plainSubject } from './subject.ts'
import { nameOf, oneLine, timeText } from './words.ts'

export interface OrderToWrite {
  readonly kind: MailOrderKind
  readonly organisationId: string
  readonly level: number
  readonly data: Record<string, unknown>
}

export interface OrderLinks {
  readonly verify?: string
  readonly acknowledge?: string
}

interface Words {
  readonly ja: string
  readonly en: string
  readonly doJa: string
  readonly doEn: string
}

const words: Record<MailOrderKind, Words> = {
  escalation: {
    ja: '報告への応答がありません',
    en: 'A report has not been answered',
    doJa: '下のリンクから受領または影響の有無を回答してください。',
    doEn: 'Please acknowledge or assess it by the link below.',
  },
  endpointFailing: {
    ja: '配信先に届いていません',
    en: 'Deliveries do not arrive at your endpoint',
    doJa: '配信先を確認してください。届いていない分は保管され、回復後に送られます。',
    doEn: 'Please check your endpoint. What has not arrived is kept and sent when it answers again.',
  },
  endpointSwitchedOff: {
    ja: 'レベル0–2の送信を止めました',
    en: 'Deliveries of levels 0 to 2 to your endpoint have been stopped',
    doJa: 'レベル3と4は引き続き送信を試みます。一度届けば、すべてのレベルの送信が再開します。止めている間に不達となった分は、APIで再送してください。',
    doEn: 'Levels 3 and 4 are still tried. One success switches everything on again. Replay by the API what could not be delivered meanwhile.',
  },
  addressRefused: {
    ja: '宛先メールアドレスが受け付けられないため、購読を一時停止しました',
    en: 'An e-mail address takes no mail: its subscription is paused',
    doJa: 'すべてのレベルの配信が保管されています。宛先を直し、APIで購読の state を active にするか、新しい target を設定してください。',
    doEn: 'What is owed to it is kept, of every level. Mend the address, then set the state of the subscription to active by the API, or give it another target.',
  },
  subscriptionEnded: {
    ja: '購読が終了しました',
    en: 'A subscription has ended',
    doJa: '必要であれば、APIで新しく購読してください。',
    doEn: 'Subscribe again by the API if you still want it.',
  },
  contactConfirmation: {
    ja: '連絡先の確認をお願いします',
    en: 'Please confirm your contact',
    doJa: '登録されている連絡先が今も正しいことを、貴組織の担当者がAPIで確認してください。',
    doEn: 'Somebody of your organisation should confirm by the API that the registered contact is still right.',
  },
  verification: {
    ja: 'この宛先での受信を確認してください',
    en: 'Please confirm this address',
    doJa: 'この宛先で通信障害のお知らせを受け取る申込みがありました。下のリンクを開き、ボタンを押すと受信が始まります。心当たりがなければ、何もしないでください。',
    doEn: 'Somebody asked for notices of telecom faults to be sent to this address. Open the link and press the button to begin. If that was not you, do nothing.',
  },
}

/** Makes the mail of an order. What is in its data is shown; the mark of an exercise stands first. */
export function orderMail(order: OrderToWrite, links: OrderLinks): MailContent {
  const { ja, en, doJa, doEn } = words[order.kind]
  const status = order.data['messageStatus']
  const title = typeof order.data['title'] === 'string' ? `: ${order.data['title']}` : ''
  const mark = `${statusMark(status)}${order.level > 0 ? levelMark(order.level) : ''}`
  const subject = plainSubject(mark, `${ja}${title}`, order.data['tlp'])
  const blocks: Block[] = [
    ...statusBanner(status),
    { kind: 'title', text: subject },
    { kind: 'text', text: `${ja}。\n${doJa}` },
    ...linkBlocks(links),
    { kind: 'section', text: 'English' },
    { kind: 'text', text: `${en}.\n${doEn}` },
    { kind: 'section', text: '内容 / Details' },
    { kind: 'facts', rows: [['組織 / Organisation', order.organisationId], ...rowsOf(order.data)] },
    ...footer({}, 'このメールは貴組織の登録に基づいて送られました'),
  ]
  return { subject, urgent: order.level >= 3, blocks }
}

function linkBlocks({ verify, acknowledge }: OrderLinks): Block[] {
  if (verify) return [{ kind: 'link', label: '受信を確認する / Confirm this address', url: verify }]
  if (!acknowledge) return []
  return [{ kind: 'link', label: '受領・影響を回答する / Acknowledge or assess', url: acknowledge }]
}

const labels: Record<string, string> = {
  reportId: '報告 / Report',
  revision: '報番号 / Revision',
  level: 'レベル / Level',
  title: '件名 / Title',
  deadline: '回答期限 / Answer by',
  reporter: '報告者 / Reporter',
  subscriptionId: '購読 / Subscription',
  description: '説明 / Description',
  channel: '経路 / Channel',
  reason: '理由 / Reason',
  status: '応答 / Answer',
  failingSince: '不達の始まり / Failing since',
  since: 'いつから / Since',
  waiting: '保管中の件数 / Kept',
  role: '役割 / Role',
  order: '連絡の順番 / Order of calling',
  confirmedAt: '前回の確認 / Last confirmed',
  dueAt: '確認の期限 / Confirm by',
  request: '依頼の回数 / Request no.',
  startedAt: '報告の時刻 / Reported',
  step: '段階 / Step',
  messageStatus: '運用種別 / Message status',
  switchOffAt: '送信を止める時刻 / Stops at',
  href: '参照先 / Where to read',
  tlp: '共有範囲 / Label',
}

const valueCharactersMax = 1000
const rowsMax = 60

function rowsOf(data: Record<string, unknown>): Fact[] {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .slice(0, rowsMax)
    .map(([name, value]): Fact => [labels[name] ?? name, valueText(name, value)])
}

function valueText(name: string, value: unknown): string {
  if (name === 'role')
    return `${nameOf('contactRole', value, 'ja')} / ${nameOf('contactRole', value, 'en')}`
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) {
    return timeText(value, 'ja')
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return oneLine(text, valueCharactersMax)
}

// Events that show no report: that there is one to be read signed in, and what concerns the organisation
// that they are addressed to.

import { eventTypes, schemas } from '@renkei/schema'
import { component } from './components.ts'
import type { Described } from './event-catalogue.ts'
import type { Json } from './map-schema.ts'

export type NoticeName =
  | 'reportNotice'
  | 'contactConfirmationRequested'
  | 'contactUnreachable'
  | Extract<keyof typeof eventTypes, `agreement${string}` | `acknowledgement${string}`>
  | 'subscriptionFailing'
  | 'subscriptionRecovered'
  | 'subscriptionSwitchedOff'
  | 'subscriptionPaused'
  | 'subscriptionEnded'

const words: Record<NoticeName, readonly [title: string, titleJa: string, description: string]> = {
  reportNotice: [
    'Report notice',
    '報告に関する通知',
    'There is a revision that is not pushed (TLP:RED): read it at `data.href` with your API key. Or, with the reason `noLongerShared`: a report that you could see is not shared with you any more.',
  ],
  agreementProposed: [
    'Agreement proposed',
    '取決めの提案',
    'Another organisation, or your own, has proposed an agreement.',
  ],
  agreementAccepted: ['Agreement accepted', '取決めの成立', 'Both have agreed; the terms hold.'],
  agreementDeclined: ['Agreement declined', '取決めの拒否', 'The proposal was declined.'],
  agreementWithdrawn: ['Proposal withdrawn', '提案の取下げ', 'The proposal was taken back.'],
  agreementEnded: [
    'Agreement ended',
    '取決めの終了',
    'One of both has ended it; the default holds again.',
  ],
  agreementExpiring: [
    'Agreement expires soon',
    '取決めの期限接近',
    'What only this agreement opens is not shared any more after `data.validUntil`.',
  ],
  agreementExpired: ['Agreement expired', '取決めの期限切れ', 'Its time is over.'],
  acknowledgementRecorded: [
    'Acknowledgement recorded',
    '受領確認の記録',
    'To the reporter: an organisation has acknowledged a revision, or corrected its answer.',
  ],
  acknowledgementOverdue: [
    'Acknowledgement overdue',
    '確認期限超過',
    'To the organisation that has not answered in time: one of its contacts is told, in the order of its register. Answer at `data.href`.',
  ],
  acknowledgementEscalated: [
    'Acknowledgement escalated',
    '督促の状況',
    'To the reporter: who has not answered, which step was taken, and whether nobody is left but to call. Numbers are read at `data.href`.',
  ],
  subscriptionFailing: [
    'Endpoint failing',
    '宛先の不達',
    'An endpoint of yours has taken nothing for an hour, or for four days: what is owed to it waits. Without a success levels 0 to 2 are no longer tried from `data.switchOffAt`.',
  ],
  subscriptionRecovered: [
    'Endpoint recovered',
    '宛先の回復',
    'It answers again; what waited is on its way.',
  ],
  subscriptionSwitchedOff: [
    'Endpoint switched off',
    '宛先の停止',
    'Five days of nothing but failures: levels 0 to 2 are no longer tried, and what waited of them is dead until you replay it. Levels 3 and 4 are still tried; one success switches it on again.',
  ],
  subscriptionPaused: [
    'Address refused',
    '宛先メールアドレスの拒否',
    'The e-mail address takes no mail (`data.reason`): the subscription is paused, and all that is owed to it waits, of every level. Mend the address, then set `state` to `active`, or give another `target`.',
  ],
  subscriptionEnded: [
    'Subscription ended',
    '購読の終了',
    'The endpoint answered 410 Gone, or its reader unsubscribed.',
  ],
  contactUnreachable: [
    'Contact not reached',
    '連絡先へのメール不達',
    'The mail to a contact about a report that nobody has answered was refused or came back for good: the next contact is told at once. Correct the address of this one.',
  ],
  contactConfirmationRequested: [
    'Contacts to be confirmed',
    '連絡先の確認依頼',
    'Confirm that each contact is still right (`POST /v1/contacts/{contactId}/confirm`), or change it. Asked again after 7 and 14 days; then the contact is shown as overdue.',
  ],
}

/** Describes every notice. */
export function notices(): Record<NoticeName, Described> {
  const entries = Object.entries(words).map(([name, [title, titleJa, description]]) => {
    const type = eventTypes[name as NoticeName]
    const data = dataOf(name as NoticeName)
    const channels = ['feed', 'webhook'] as const
    return [name, { title, titleJa, description, channels, data, example: exampleOf(type) }]
  })
  return Object.fromEntries(entries) as Record<NoticeName, Described>
}

function dataOf(name: NoticeName): Json {
  const member = (description: string) => ({ type: 'string', description })
  if (name.startsWith('subscription')) {
    const properties = { subscriptionId: member('The subscription.'), reason: member('Why.') }
    return { type: 'object', required: ['subscriptionId', 'reason'], properties }
  }
  if (name === 'reportNotice') {
    const properties = { reportId: member('The report.'), reason: member('Why.') }
    return { type: 'object', required: ['reportId', 'reason'], properties }
  }
  return component(dataParts[name] ?? 'Agreement')
}

const dataParts: Partial<Record<NoticeName, string>> = {
  contactConfirmationRequested: 'ConfirmationRequest',
  contactUnreachable: 'ContactUnreachable',
  acknowledgementRecorded: 'Acknowledgement',
  acknowledgementOverdue: 'AcknowledgementOverdue',
  acknowledgementEscalated: 'AcknowledgementEscalation',
}

function exampleOf(type: string): Json {
  return {
    specversion: '1.0',
    id: '01985a7d-0000-7000-8000-000000000001',
    type,
    source: '/organisations/example-mobile',
    time: '2026-07-30T00:26:00.000Z',
    datacontenttype: 'application/json',
    feedcursor: '0000000000000043',
    previouscursor: '0000000000000042',
    messagestatus: 'actual',
    ...aboutOf(type),
  }
}

function aboutOf(type: string): Json {
  if (type.startsWith('jp.renkei.agreement.')) {
    return { subject: agreement?.agreementId, data: agreement }
  }
  if (type === eventTypes.contactConfirmationRequested) {
    return { subject: 'example-mobile', data: confirmationRequest }
  }
  if (type === eventTypes.contactUnreachable) {
    return { subject: contactUnreachable?.contactId, data: contactUnreachable }
  }
  if (type.startsWith('jp.renkei.subscription.')) {
    return { subject: subscriptionNotice?.subscriptionId, data: subscriptionNotice }
  }
  const subject = '01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e12'
  const said = acknowledgementExamples[type]
  if (said) return { subject, data: said }
  return { subject, data: { reportId: subject, reason: 'readSignedIn' } }
}

const [agreement] = schemas.agreement.$defs.agreement.examples
const [subscriptionNotice] = schemas.event.$defs.subscriptionNotice.examples
const [contactUnreachable] = schemas.contact.$defs.contactUnreachable.examples
const [confirmationRequest] = schemas.contact.$defs.confirmationRequest.examples

const { acknowledgement, acknowledgementOverdue, acknowledgementEscalation } =
  schemas.acknowledgement.$defs
const acknowledgementExamples: Record<string, Json | undefined> = {
  [eventTypes.acknowledgementRecorded]: acknowledgement.examples[0],
  [eventTypes.acknowledgementOverdue]: acknowledgementOverdue.examples[0],
  [eventTypes.acknowledgementEscalated]: acknowledgementEscalation.examples[0],
}

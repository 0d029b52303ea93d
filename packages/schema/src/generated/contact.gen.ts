// Generated from packages/schema/schemas/contact.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

import type { DateTime, OrganisationCode, ReportIdentifier, Tlp } from './report.gen.ts'

/**
 * What the contact is for: nocDuty 当直, incidentManager 障害統括, securityDesk セキュリティ窓口, publicRelations 広報, executive 責任者, regulatorLiaison 行政連絡, tCeptoarLiaison T-CEPTOAR連絡, maintenance 工事・保守, other その他.
 */
export type RegisteredContactRole =
  | 'nocDuty'
  | 'incidentManager'
  | 'securityDesk'
  | 'publicRelations'
  | 'executive'
  | 'regulatorLiaison'
  | 'tCeptoarLiaison'
  | 'maintenance'
  | 'other'
/**
 * How the contact is reached: phone 固定電話, mobile 携帯電話, fax, email, satellitePhone 衛星電話, disasterPriorityPhone 災害時優先電話.
 */
export type ContactChannelType =
  'phone' | 'mobile' | 'fax' | 'email' | 'satellitePhone' | 'disasterPriorityPhone'
/**
 * Language tag (BCP 47).
 */
export type LanguageTag = string
/**
 * always: 24 hours on 365 days. weekly: in the windows.
 */
export type ContactHoursKind = 'always' | 'weekly'
/**
 * Day of the week in Japan.
 */
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'
/**
 * confirmed: recently. due: the organisation is being asked. overdue: it was asked and has not answered.
 */
export type ContactConfirmationState = 'confirmed' | 'due' | 'overdue'

/**
 * A contact as Renkei shows it to those who may see it.
 */
export interface RegisteredContact {
  /**
   * Given by Renkei.
   */
  contactId: ReportIdentifier
  /**
   * Counts the changes of the contact; give it as If-Match.
   */
  revision: number
  /**
   * Registered code of the organisation that the contact belongs to.
   */
  organisation: OrganisationCode
  /**
   * Place in the order in which the contacts of the organisation are to be called; 1 is called first. Each place once.
   */
  order: number
  /**
   * What the contact is for.
   */
  role: RegisteredContactRole
  /**
   * Name of the desk, such as NOC当直; a function rather than a person where possible.
   */
  name: string
  /**
   * How the contact is reached, in the order in which to try.
   */
  channels: ContactChannel[]
  /**
   * When the contact answers.
   */
  hours: ContactHours
  /**
   * Languages that are spoken, the best first.
   */
  languages: LanguageTag[]
  /**
   * What a caller should know.
   */
  remark?: string
  /**
   * How far the contact may go. TLP:GREEN is seen by carriers, authorities and T-CEPTOAR; what is narrower only by parties of an agreement that covers it.
   */
  tlp: Tlp
  /**
   * When the contact may be used. Absent: without limit.
   */
  validity?: ContactValidity
  /**
   * When the organisation last said that the contact is right.
   */
  confirmedAt: DateTime
  /**
   * The key that confirmed the contact, or import. Shown to its own organisation only.
   */
  confirmedBy?: string
  /**
   * How far the last confirmation can be relied on at the time of the answer.
   */
  confirmation: ContactConfirmation
}
/**
 * One way to reach the contact.
 */
export interface ContactChannel {
  /**
   * What kind of way it is.
   */
  type: ContactChannelType
  /**
   * The number or the address: a telephone number in E.164 form with + or as dialled within Japan, or an e-mail address.
   */
  value: string
  /**
   * What to know when using it, such as an extension.
   */
  note?: string
}
/**
 * Hours that repeat on days of the week, in the time of Japan (Asia/Tokyo).
 */
export interface ContactWindow {
  /**
   * Days on which the window begins.
   */
  days: Weekday[]
  /**
   * When the window begins, HH:MM.
   */
  from: string
  /**
   * When the window ends, HH:MM; 24:00 is the end of the day. Earlier than the beginning: on the next day.
   */
  until: string
}
/**
 * When the contact answers, in the time of Japan (Asia/Tokyo).
 */
export interface ContactHours {
  /**
   * Always, or in weekly windows.
   */
  kind: ContactHoursKind
  /**
   * The windows of the week; needed for weekly, and only there.
   */
  windows?: ContactWindow[]
  /**
   * Whether the windows hold on public holidays of Japan too; only for weekly.
   */
  onHolidays?: boolean
}
/**
 * From when and until when; either may be left open.
 */
export interface ContactValidity {
  /**
   * From when on the contact may be used.
   */
  from?: DateTime
  /**
   * When the contact ceases to be used.
   */
  until?: DateTime
}
/**
 * How far the last confirmation can be relied on.
 */
export interface ContactConfirmation {
  /**
   * Whether the contact was confirmed in time.
   */
  state: ContactConfirmationState
  /**
   * Whole days since the last confirmation.
   */
  ageDays: number
  /**
   * When the next confirmation falls due.
   */
  dueAt: DateTime
}
/**
 * What an organisation sends to add a contact or to replace one. Without an order a new contact comes last, and a replaced one keeps its place.
 */
export interface ContactRequest {
  /**
   * Place in the order in which the contacts of the organisation are to be called; 1 is called first. Each place once.
   */
  order?: number
  /**
   * What the contact is for.
   */
  role: RegisteredContactRole
  /**
   * Name of the desk, such as NOC当直; a function rather than a person where possible.
   */
  name: string
  /**
   * How the contact is reached, in the order in which to try.
   */
  channels: ContactChannel[]
  /**
   * When the contact answers.
   */
  hours?: ContactHours
  /**
   * Languages that are spoken, the best first.
   */
  languages?: LanguageTag[]
  /**
   * What a caller should know.
   */
  remark?: string
  /**
   * How far the contact may go. TLP:GREEN is seen by carriers, authorities and T-CEPTOAR; what is narrower only by parties of an agreement that covers it.
   */
  tlp?: Tlp
  /**
   * When the contact may be used. Absent: without limit.
   */
  validity?: ContactValidity
}
/**
 * All contacts of an organisation in the order in which they are to be called.
 */
export interface ContactOrder {
  /**
   * Every contact once, the first to call first.
   */
  order: ReportIdentifier[]
  /**
   * Those among them whose content cannot be opened. Absent when there is none; passed over in a request.
   */
  unreadable?: ReportIdentifier[]
}
/**
 * A contact as an import takes it and as an export gives it: what Renkei gives may be there and is passed over. The identifier, or else role and name, says which contact it replaces.
 */
export interface ContactEntry {
  /**
   * Given by Renkei.
   */
  contactId?: ReportIdentifier
  /**
   * Counts the changes of the contact; give it as If-Match.
   */
  revision?: number
  /**
   * Registered code of the organisation that the contact belongs to.
   */
  organisation?: OrganisationCode
  /**
   * Place in the order in which the contacts of the organisation are to be called; 1 is called first. Each place once.
   */
  order?: number
  /**
   * What the contact is for.
   */
  role: RegisteredContactRole
  /**
   * Name of the desk, such as NOC当直; a function rather than a person where possible.
   */
  name: string
  /**
   * How the contact is reached, in the order in which to try.
   */
  channels: ContactChannel[]
  /**
   * When the contact answers.
   */
  hours?: ContactHours
  /**
   * Languages that are spoken, the best first.
   */
  languages?: LanguageTag[]
  /**
   * What a caller should know.
   */
  remark?: string
  /**
   * How far the contact may go. TLP:GREEN is seen by carriers, authorities and T-CEPTOAR; what is narrower only by parties of an agreement that covers it.
   */
  tlp?: Tlp
  /**
   * When the contact may be used. Absent: without limit.
   */
  validity?: ContactValidity
  /**
   * When the organisation last said that the contact is right.
   */
  confirmedAt?: DateTime
  /**
   * The key that confirmed the contact, or import. Shown to its own organisation only.
   */
  confirmedBy?: string
  /**
   * How far the last confirmation can be relied on at the time of the answer.
   */
  confirmation?: ContactConfirmation
}
/**
 * All contacts of an organisation: what is not in it is removed. An export has the same form.
 */
export interface ContactImport {
  /**
   * The contacts, in the order in which they are to be called unless they say otherwise.
   */
  contacts: ContactEntry[]
  /**
   * Contacts of the organisation whose content cannot be opened, so that they are not among the others. Absent when there is none; an import passes it over and leaves them as they are.
   */
  unreadable?: ReportIdentifier[]
}
/**
 * What the event jp.renkei.contact.unreachable.v1 carries: the mail server of a contact has refused the mail about a report that nobody has answered. The next contact is told at once.
 */
export interface ContactUnreachable {
  /**
   * Identifier of the contact.
   */
  contactId: string
  /**
   * The report that the mail was about.
   */
  reportId: string
  /**
   * What the mail server answered, in words of Renkei; the address does not stand in it.
   */
  reason: string
}
/**
 * What the event jp.renkei.contact.confirmationrequested.v1 carries: the contacts that their organisation has to confirm. It names them without their details.
 */
export interface ConfirmationRequest {
  /**
   * The contacts to confirm, in the order in which they are called.
   */
  contacts: ContactToConfirm[]
}
/**
 * One contact that is to be confirmed.
 */
export interface ContactToConfirm {
  /**
   * Given by Renkei.
   */
  contactId: ReportIdentifier
  /**
   * Place in the order in which the contacts of the organisation are to be called; 1 is called first. Each place once.
   */
  order: number
  /**
   * What the contact is for.
   */
  role: RegisteredContactRole
  /**
   * When the organisation last said that the contact is right.
   */
  confirmedAt: DateTime
  /**
   * When the confirmation fell due.
   */
  dueAt: DateTime
  /**
   * The how manieth request it is: 1, and after 7 and 14 days 2 and 3.
   */
  request: number
}

// Generated from packages/schema/schemas/report-view.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

/**
 * What the report is about. plannedDemand is a congestion foreseen because of an event (企画型ふくそう); leak is a leak of information on important facilities (重要設備情報の漏えい).
 */
export type Kind = 'fault' | 'congestion' | 'maintenance' | 'plannedDemand' | 'cyber' | 'leak'
/**
 * Whether the report is real. An exercise or a test never reaches a public page. There is no default.
 */
export type MessageStatus = 'actual' | 'exercise' | 'test'
/**
 * How far reporting has come: flash (速報), initial (第一報), update (続報), final (終報). The set of needed fields grows with the stage.
 */
export type Stage = 'flash' | 'initial' | 'update' | 'final'
/**
 * Where the incident stands. Incidents: suspected to closed, or withdrawn (誤報). Planned work and demand: planned, inProgress, completed, closed, cancelled. equipmentRestored means that equipment works again while congestion goes on.
 */
export type State =
  | 'suspected'
  | 'investigating'
  | 'identified'
  | 'mitigating'
  | 'partiallyRestored'
  | 'equipmentRestored'
  | 'monitoring'
  | 'restored'
  | 'closed'
  | 'withdrawn'
  | 'planned'
  | 'inProgress'
  | 'completed'
  | 'cancelled'
/**
 * Traffic Light Protocol 2.0 label (FIRST). Labels are never translated.
 */
export type Tlp = 'TLP:RED' | 'TLP:AMBER+STRICT' | 'TLP:AMBER' | 'TLP:GREEN' | 'TLP:CLEAR'
/**
 * What users notice: unavailable (利用できない), degraded (利用しづらい), intermittent (断続的), reducedRedundancy (冗長性の低下, nothing noticed yet), none.
 */
export type Effect = 'unavailable' | 'degraded' | 'intermittent' | 'reducedRedundancy' | 'none'
/**
 * Effect on emergency or priority calls.
 */
export type CallEffect = 'none' | 'degraded' | 'unavailable' | 'unknown'
/**
 * Service hit. Each code maps to a class of the accident-report rules. voiceEmergencyCapable is voice that can reach 110, 118 and 119; voiceOther is voice that cannot (050).
 */
export type ServiceCode =
  | 'voiceEmergencyCapable'
  | 'voiceOther'
  | 'mobileData'
  | 'sms'
  | 'fixedBroadband'
  | 'isp'
  | 'email'
  | 'leasedLine'
  | 'lpwa'
  | 'freeInternet'
  | 'satelliteOrSubmarine'
  | 'interconnection'
  | 'publicPhone'
  | 'other'
/**
 * Direction seen from the reporter: outgoing (発信), incoming (着信) or both.
 */
export type Direction = 'outgoing' | 'incoming' | 'both'
/**
 * How sure the reporter is.
 */
export type Confidence = 'low' | 'medium' | 'high' | 'unknown'
/**
 * exact, about (頃), or unknown.
 */
export type Precision = 'exact' | 'about' | 'unknown'
/**
 * exact, about (約), atLeast (以上), atMost (最大), unknown (調査中).
 */
export type UsersQualifier = 'exact' | 'about' | 'atLeast' | 'atMost' | 'unknown'
/**
 * Kind of area code: country, prefecture (JIS X 0401), municipality (JIS X 0402 with check digit), messageArea (単位料金区域), areaCode (市外局番), poi (相互接続点), site (局舎), region (named group of prefectures), text (free text).
 */
export type AreaType =
  | 'country'
  | 'prefecture'
  | 'municipality'
  | 'messageArea'
  | 'areaCode'
  | 'poi'
  | 'site'
  | 'region'
  | 'text'
/**
 * Coarse cause. unknown is allowed while it is being investigated.
 */
export type CauseCategory =
  | 'equipment'
  | 'human'
  | 'external'
  | 'power'
  | 'cableCut'
  | 'software'
  | 'demand'
  | 'attack'
  | 'thirdParty'
  | 'plannedWork'
  | 'unknown'
/**
 * Ordinary traffic under control. Emergency calls (110, 118, 119), priority phones, calls in progress and the control channel cannot be named: they are never restricted.
 */
export type TrafficType = 'voice' | 'sms' | 'data' | 'registration' | 'signalling'
/**
 * How traffic is controlled (ITU-T E.412, 3GPP access barring, RFC 7339, RFC 7415, RFC 7200).
 */
export type ControlKind =
  | 'callPercentage'
  | 'callGap'
  | 'maxRate'
  | 'codeBlock'
  | 'announcement'
  | 'reroute'
  | 'cancelAlternateRoute'
  | 'trunkReservation'
  | 'accessClassBarring'
  | 'unifiedAccessControl'
  | 'nasBackoff'
  | 'sipOverloadLoss'
  | 'sipOverloadRate'
  | 'sipLoadFilter'
/**
 * How this report stands to the other one.
 */
export type Relation = 'causes' | 'causedBy' | 'sameCause' | 'duplicates' | 'follows'
/**
 * What the contact is for.
 */
export type ContactRole = 'incident' | 'technical' | 'pr' | 'escalation'
/**
 * 0 Advisory (情報), 1 Minor (軽微), 2 Significant (警戒), 3 Major (重大), 4 Crisis (危機).
 */
export type LevelValue = 0 | 1 | 2 | 3 | 4
/**
 * regulation (law or ordinance), guideline, or proposal (own rule of Renkei).
 */
export type ReasonBasis = 'regulation' | 'guideline' | 'proposal'
/**
 * Date and time with offset (RFC 3339), seconds needed, up to nine decimals.
 */
export type DateTime = string
/**
 * Code under which an organisation is registered: small letters, digits and single hyphens.
 */
export type OrganisationCode = string
/**
 * UUID version 7 in small letters (RFC 9562).
 */
export type ReportIdentifier = string
/**
 * JIS X 0401, two digits, 01 to 47.
 */
export type PrefectureCode = string

/**
 * A report as one receiver may see it: the same fields, of which any may be left out by the projection. Members that a receiver does not know are ignored.
 */
export interface ReportView {
  /**
   * Version of this contract (semantic versioning). Only major version 1 is taken.
   */
  schemaVersion?: string
  /**
   * Given by Renkei and the same for all revisions.
   */
  reportId: ReportIdentifier
  /**
   * Number of the revision (第N報), one more each time. Given by Renkei.
   */
  revision: number
  /**
   * Renkei's clock when the revision was stored.
   */
  recordedAt?: DateTime
  /**
   * Level computed by Renkei.
   */
  level: AssessedLevel
  /**
   * What the report is about.
   */
  kind: Kind
  /**
   * Real, exercise or test. There is no default.
   */
  messageStatus: MessageStatus
  /**
   * How far reporting has come.
   */
  stage?: Stage
  /**
   * Where the incident or the planned work stands.
   */
  state: State
  /**
   * Why the state is what it is, above all when it goes back or is withdrawn.
   */
  stateReason?: string
  /**
   * Who reports.
   */
  reporter?: Reporter
  /**
   * Ticket numbers of the reporter and its peers.
   */
  externalIdentifiers?: ExternalIdentifier[]
  /**
   * When it began. Clocks run from here.
   */
  occurredAt?: Instant
  /**
   * When the reporter noticed it. For planned work: when it was decided.
   */
  detectedAt?: Instant
  /**
   * The moment for which the report holds (○時○分現在).
   */
  asOf?: Instant
  /**
   * When service was normal again.
   */
  restoredAt?: Instant
  /**
   * One entry per service and effect. At least one for fault and congestion; may be empty for other kinds.
   */
  impacts?: Impact[]
  /**
   * Effect on calls to 110, 118 and 119. unknown is refused from stage update on.
   */
  emergencyCalls?: EmergencyCalls
  /**
   * Effect on priority phones.
   */
  priorityCalls?: PriorityCalls
  /**
   * Where it is.
   */
  areas?: Area[]
  /**
   * What caused it, as far as known.
   */
  cause?: Cause
  /**
   * Measured congestion.
   */
  traffic?: Traffic[]
  /**
   * Controls that the reporter has in force.
   */
  controls?: Control[]
  /**
   * How terminals should come back.
   */
  reRegistration?: ReRegistration
  /**
   * What it means for other carriers.
   */
  interconnect?: Interconnect
  /**
   * Whose information has leaked. Their organisations and the regulators hear of it, nobody else.
   */
  leak?: Leak
  /**
   * When planned work or demand takes place.
   */
  window?: Window
  /**
   * The event that will draw many calls.
   */
  demand?: Demand
  /**
   * Estimates of restoration, oldest first.
   */
  estimate?: Estimate[]
  /**
   * Latest time of the next revision: a promise that is watched.
   */
  nextUpdateBy?: DateTime
  /**
   * Other reports that have to do with this one.
   */
  related?: Related[]
  /**
   * What people may read, one entry per language. One in Japanese (ja) is needed.
   */
  texts?: Text[]
  /**
   * Whom to reach. Shared as TLP:AMBER+STRICT unless marked otherwise.
   */
  contacts?: Contact[]
  /**
   * TLP 2.0 label of the whole report.
   */
  tlp?: Tlp
  /**
   * TLP labels for parts.
   */
  markings?: Marking[]
  /**
   * The carrier's own view of the level. It stands beside the computed one.
   */
  claimedLevel?: LevelValue
  /**
   * Severity 0 to 4 of the national scale (深刻度評価基準), apart from the level.
   */
  nationalSeverity?: LevelValue
  /**
   * Details for the owner and named people only.
   */
  sensitive?: Sensitive
  /**
   * The only open place: members are named by reverse DNS and carry any JSON.
   */
  extensions?: {
    [k: string]: unknown
  }
  [k: string]: unknown
}
/**
 * A point in time and how exactly it is known.
 */
export interface Instant {
  /**
   * The point in time. With precision unknown it is the best guess.
   */
  at?: DateTime
  /**
   * How exactly the time is known.
   */
  precision?: Precision
  [k: string]: unknown
}
/**
 * One area. Needed by type: prefecture and municipality a code; region a name and its prefectures; text a name; messageArea, areaCode, poi and site a code or a name.
 */
export interface Area {
  /**
   * What kind of area the code or name stands for.
   */
  type?: AreaType
  /**
   * Code in the list of the type: prefecture two digits (JIS X 0401), municipality six digits (JIS X 0401 and 0402 with check digit), areaCode with its leading 0, country two letters (ISO 3166-1; absent means JP).
   */
  code?: string
  /**
   * Name as people know it.
   */
  name?: string
  /**
   * For a region: every prefecture that belongs to it (JIS X 0401).
   */
  prefectures?: PrefectureCode[]
  [k: string]: unknown
}
/**
 * How many users are hit, and what kind of number it is. A number may go down in a later revision.
 */
export interface Users {
  /**
   * Users or lines (利用者数または回線数). Needed unless the qualifier is unknown.
   */
  value?: number
  /**
   * What kind of number it is.
   */
  qualifier?: UsersQualifier
  /**
   * When the number was counted; absent means the time of the report.
   */
  asOf?: DateTime
  [k: string]: unknown
}
/**
 * One entry per service and effect: carriers count those who cannot use a service apart from those who can hardly use it.
 */
export interface Impact {
  /**
   * The service hit.
   */
  service?: ServiceCode
  /**
   * Finer kind of the service, such as analog, isdn, ipPhone0ABJ, mobile3g or volte.
   */
  subtype?: string
  /**
   * What users notice.
   */
  effect?: Effect
  /**
   * Users hit by this effect on this service.
   */
  users?: Users
  /**
   * Where this impact is; absent means the areas of the report.
   */
  areas?: Area[]
  /**
   * For voice and SMS: the direction hit.
   */
  direction?: Direction
  /**
   * Begin of this impact; absent means occurredAt.
   */
  from?: DateTime
  /**
   * End of this impact. Absent while it lasts.
   */
  until?: DateTime
  [k: string]: unknown
}
/**
 * Who reports.
 */
export interface Reporter {
  /**
   * Registered code of the organisation that reports.
   */
  organisation?: OrganisationCode
  /**
   * Name of the system that made the report.
   */
  system?: string
  /**
   * Registered code of the organisation whose network is concerned, when it is another one.
   */
  onBehalfOf?: OrganisationCode
  [k: string]: unknown
}
/**
 * Number under which somebody else knows the incident.
 */
export interface ExternalIdentifier {
  /**
   * Registered code of the organisation that gave the number.
   */
  owner?: OrganisationCode
  /**
   * Kind of number.
   */
  type?: string
  /**
   * The number itself.
   */
  id?: string
  [k: string]: unknown
}
/**
 * Effect on calls to 110, 118 and 119.
 */
export interface EmergencyCalls {
  /**
   * Effect on emergency calls. unknown is refused from stage update on.
   */
  effect?: CallEffect
  /**
   * The emergency numbers hit; absent means all three.
   */
  numbers?: ('110' | '118' | '119')[]
  /**
   * How people can reach help meanwhile.
   */
  alternatives?: string[]
  [k: string]: unknown
}
/**
 * Effect on priority phones (災害時優先電話).
 */
export interface PriorityCalls {
  /**
   * Effect on priority calls.
   */
  effect?: CallEffect
  [k: string]: unknown
}
/**
 * What caused it, as far as known.
 */
export interface Cause {
  /**
   * Coarse cause.
   */
  category?: CauseCategory
  /**
   * Code list that code comes from.
   */
  scheme?: string
  /**
   * Code in the scheme; needs scheme.
   */
  code?: string
  /**
   * Cause in words. Never a name or number of a customer.
   */
  text?: string
  /**
   * true when the cause is established, false while it is presumed (推定).
   */
  confirmed?: boolean
  [k: string]: unknown
}
/**
 * Measured congestion over one interval. At least one figure is needed.
 */
export interface Traffic {
  /**
   * End of the interval; absent means asOf.
   */
  at?: DateTime
  /**
   * Length of the interval, in seconds.
   */
  intervalSeconds?: number
  /**
   * The service measured.
   */
  service?: ServiceCode
  /**
   * Where it was measured; absent means the areas of the report.
   */
  areas?: Area[]
  /**
   * Direction measured.
   */
  direction?: Direction
  /**
   * Point of interconnection where it was measured.
   */
  poi?: string
  /**
   * Calls or sessions attempted in the interval.
   */
  attempts?: number
  /**
   * Calls or sessions carried in the interval.
   */
  carried?: number
  /**
   * Carried over attempts, in percent. Leave out when there were no attempts.
   */
  completionPercent?: number
  /**
   * Network effectiveness ratio (ITU-T E.425), in percent.
   */
  ner?: number
  /**
   * Answer seizure ratio (ITU-T E.425), in percent. It falls with user behaviour too.
   */
  asr?: number
  /**
   * Occupancy of trunks, processors or registers, in percent; above 100 is overload.
   */
  occupancyPercent?: number
  /**
   * Traffic as a multiple of the same hour of a normal week (3 means three times).
   */
  trafficRatio?: number
  /**
   * Registrations asked per second.
   */
  registrationRate?: number
  /**
   * Share of registrations that fail, in percent.
   */
  registrationFailurePercent?: number
  [k: string]: unknown
}
/**
 * A control that the reporter itself has in force. Percentages are percent BLOCKED: 90 means that nine of ten attempts are refused. Percent, call gap and rate exclude each other.
 */
export interface Control {
  /**
   * How traffic is controlled.
   */
  kind?: ControlKind
  /**
   * Ordinary traffic under control.
   */
  trafficType?: TrafficType
  /**
   * Direction under control; absent means both.
   */
  direction?: Direction
  /**
   * Where the control is in force; absent means the areas of the report.
   */
  areas?: Area[]
  /**
   * Low end of the share blocked, in percent; absent means the same as the high end.
   */
  blockedPercentMin?: number
  /**
   * High end of the share blocked, in percent.
   */
  blockedPercentMax?: number
  /**
   * Shortest time between two calls let through, in milliseconds.
   */
  callGapMs?: number
  /**
   * Most calls or messages let through per second.
   */
  maxRatePerSec?: number
  /**
   * Begin of the control.
   */
  from?: DateTime
  /**
   * End of the control. Absent while it is in force.
   */
  until?: DateTime
  [k: string]: unknown
}
/**
 * Advice on how terminals should come back, against a storm of registrations.
 */
export interface ReRegistration {
  /**
   * Shortest wait before a terminal registers again, in seconds.
   */
  waitSeconds?: number
  /**
   * Time over which registrations should be spread at random, in seconds.
   */
  spreadSeconds?: number
  /**
   * Where the advice holds; absent means the areas of the report.
   */
  areas?: Area[]
  [k: string]: unknown
}
/**
 * An interconnected organisation that is hit, and what it should do.
 */
export interface PeerAffected {
  /**
   * Registered code of the peer.
   */
  organisation?: OrganisationCode
  /**
   * What the peer notices.
   */
  effect?: Effect
  /**
   * What the peer should do.
   */
  advice?: string
  [k: string]: unknown
}
/**
 * Leak of information on important equipment, which may be another carrier's.
 */
export interface Leak {
  /**
   * Registered codes of the organisations whose information has leaked; the reporter itself when it is its own.
   */
  owners?: OrganisationCode[]
  /**
   * What kinds of information have leaked.
   */
  information?: (
    'configuration' | 'design' | 'location' | 'access' | 'operation' | 'security' | 'other'
  )[]
  [k: string]: unknown
}
/**
 * What the incident means for other carriers.
 */
export interface Interconnect {
  /**
   * Points of interconnection hit.
   */
  pois?: string[]
  /**
   * Carriers that are hit.
   */
  peersAffected?: PeerAffected[]
  /**
   * true when users of other carriers are hit.
   */
  otherCarrierUsersAffected?: boolean
  /**
   * true when priority traffic at a point of interconnection is interrupted (電気通信事業法施行規則56条の2: to be told in advance for works).
   */
  priorityTrafficInterrupted?: boolean
  [k: string]: unknown
}
/**
 * When works or a planned demand take place.
 */
export interface Window {
  /**
   * Begin of the window.
   */
  start?: DateTime
  /**
   * End of the window.
   */
  end?: DateTime
  /**
   * Latest time to decide on going back.
   */
  rollbackDecisionAt?: DateTime
  /**
   * Reference of the plan for going back.
   */
  rollbackPlanRef?: string
  /**
   * Whom to reach at the site.
   */
  siteContact?: Contact
  [k: string]: unknown
}
/**
 * An event that will draw many calls. A called number or a URL is needed. Never a number of a caller.
 */
export interface Demand {
  /**
   * The published number that will be called. It is shared as TLP:AMBER unless marked otherwise.
   */
  calledNumber?: string
  /**
   * The published address that will be opened.
   */
  url?: string
  /**
   * When demand sets in.
   */
  start?: DateTime
  /**
   * Calls or requests expected in the first hour.
   */
  expectedCalls?: number
  /**
   * Lines that can answer.
   */
  lines?: number
  /**
   * Who holds the event.
   */
  organiser?: string
  /**
   * Reference of the plan that will be followed.
   */
  playbook?: string
  [k: string]: unknown
}
/**
 * An estimate of restoration. Earlier estimates stay in the list as history. When no estimate can be given: confidence unknown without a target.
 */
export interface Estimate {
  /**
   * When the estimate was made; absent means asOf.
   */
  at?: DateTime
  /**
   * When restoration is expected. Needed unless confidence is unknown.
   */
  target?: DateTime
  /**
   * Where it holds; absent means the areas of the report.
   */
  areas?: Area[]
  /**
   * How sure the estimate is.
   */
  confidence?: Confidence
  [k: string]: unknown
}
/**
 * Another report that has to do with this one.
 */
export interface Related {
  /**
   * Identifier of the other report.
   */
  reportId?: ReportIdentifier
  /**
   * How this report stands to the other one.
   */
  relation?: Relation
  /**
   * Registered code of who says so; absent means the reporter.
   */
  assertedBy?: OrganisationCode
  /**
   * How sure it is.
   */
  confidence?: Confidence
  [k: string]: unknown
}
/**
 * What people may read, in one language.
 */
export interface Text {
  /**
   * Language tag (BCP 47).
   */
  language?: string
  /**
   * One line that says what is wrong and where.
   */
  headline?: string
  /**
   * What is known.
   */
  description?: string
  /**
   * What users are asked to do or not to do.
   */
  request?: string
  /**
   * What users can use meanwhile, such as 171, web171, 公衆電話, 00000JAPAN, JAPANローミング.
   */
  alternatives?: string[]
  [k: string]: unknown
}
/**
 * A place that answers about this report. A function rather than a person where possible.
 */
export interface Contact {
  /**
   * What the contact is for.
   */
  role?: ContactRole
  /**
   * Name of the desk or person.
   */
  name?: string
  /**
   * Phone number, with + and country code or as dialled in Japan.
   */
  phone?: string
  /**
   * E-mail address.
   */
  email?: string
  /**
   * When it answers.
   */
  hours?: string
  [k: string]: unknown
}
/**
 * A TLP label for one part of the report, narrower or wider than the whole.
 */
export interface Marking {
  /**
   * JSON Pointer (RFC 6901) of the part.
   */
  pointer?: string
  /**
   * Label of the part.
   */
  tlp?: Tlp
  [k: string]: unknown
}
/**
 * Details for the owner and named people only. Shared as TLP:RED unless marked otherwise, encrypted at rest.
 */
export interface Sensitive {
  /**
   * Findings in words. Never data of a customer.
   */
  diagnostics?: string
  /**
   * Sites concerned.
   */
  sites?: string[]
  /**
   * Equipment concerned.
   */
  equipment?: string[]
  /**
   * Maker of the equipment.
   */
  vendor?: string
  [k: string]: unknown
}
/**
 * The same sentence in Japanese and English.
 */
export interface Bilingual {
  /**
   * The sentence in Japanese.
   */
  ja?: string
  /**
   * The sentence in English.
   */
  en?: string
  [k: string]: unknown
}
/**
 * Why a rule fired.
 */
export interface Reason {
  /**
   * Identifier of the rule that fired.
   */
  ruleId?: string
  /**
   * Level that the rule gives.
   */
  level?: LevelValue
  /**
   * What the rule rests on.
   */
  basis?: ReasonBasis
  /**
   * The reason in words.
   */
  text?: Bilingual
  /**
   * JSON Pointer of the part of the report that made the rule fire.
   */
  pointer?: string
  /**
   * Where the rule comes from.
   */
  source?: string
  [k: string]: unknown
}
/**
 * Level computed by Renkei with a versioned rule set, with its reasons. Never typed by hand.
 */
export interface AssessedLevel {
  /**
   * Name of the rule set.
   */
  scheme?: string
  /**
   * Version of the rule set.
   */
  version?: string
  /**
   * The level, 0 to 4.
   */
  value?: LevelValue
  /**
   * Identifiers of the rules that fired.
   */
  ruleIds?: string[]
  /**
   * One reason for each rule that fired.
   */
  reasons?: Reason[]
  [k: string]: unknown
}

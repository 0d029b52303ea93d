// CloudEvents types of Renkei (`contract.md`, Event envelope).

export const eventTypes = {
  created: 'jp.renkei.report.created.v1',
  updated: 'jp.renkei.report.updated.v1',
  withdrawn: 'jp.renkei.report.withdrawn.v1',
  reportNotice: 'jp.renkei.report.notice.v1',
  agreementProposed: 'jp.renkei.agreement.proposed.v1',
  agreementAccepted: 'jp.renkei.agreement.accepted.v1',
  agreementDeclined: 'jp.renkei.agreement.declined.v1',
  agreementWithdrawn: 'jp.renkei.agreement.withdrawn.v1',
  agreementEnded: 'jp.renkei.agreement.ended.v1',
  agreementExpiring: 'jp.renkei.agreement.expiring.v1',
  agreementExpired: 'jp.renkei.agreement.expired.v1',
  acknowledgementRecorded: 'jp.renkei.acknowledgement.recorded.v1',
  acknowledgementOverdue: 'jp.renkei.acknowledgement.overdue.v1',
  acknowledgementEscalated: 'jp.renkei.acknowledgement.escalated.v1',
  contactConfirmationRequested: 'jp.renkei.contact.confirmationRequested.v1',
  contactUnreachable: 'jp.renkei.contact.unreachable.v1',
  subscriptionFailing: 'jp.renkei.subscription.failing.v1',
  subscriptionRecovered: 'jp.renkei.subscription.recovered.v1',
  subscriptionSwitchedOff: 'jp.renkei.subscription.switchedOff.v1',
  subscriptionPaused: 'jp.renkei.subscription.paused.v1',
  subscriptionEnded: 'jp.renkei.subscription.ended.v1',
  heartbeat: 'jp.renkei.stream.heartbeat.v1',
  resync: 'jp.renkei.stream.resync.v1',
  subscriptionVerification: 'jp.renkei.subscription.verification.v1',
  subscriptionTest: 'jp.renkei.subscription.test.v1',
} as const

/** The type of the event that a revision makes. */
export function reportEventType(revision: number, state: string): string {
  if (state === 'withdrawn' || state === 'cancelled') return eventTypes.withdrawn
  return revision === 1 ? eventTypes.created : eventTypes.updated
}

const dataSchemas: readonly (readonly [prefix: string, schema: string])[] = [
  [eventTypes.reportNotice, 'event.schema.json#/$defs/reportNotice'],
  ['jp.renkei.report.', 'report-view.schema.json'],
  ['jp.renkei.agreement.', 'agreement.schema.json'],
  [eventTypes.acknowledgementOverdue, 'acknowledgement.schema.json#/$defs/acknowledgementOverdue'],
  [
    eventTypes.acknowledgementEscalated,
    'acknowledgement.schema.json#/$defs/acknowledgementEscalation',
  ],
  ['jp.renkei.acknowledgement.', 'acknowledgement.schema.json'],
  ['jp.renkei.subscription.', 'event.schema.json#/$defs/subscriptionNotice'],
  [eventTypes.contactUnreachable, 'contact.schema.json#/$defs/contactUnreachable'],
  ['jp.renkei.contact.', 'contact.schema.json#/$defs/confirmationRequest'],
]

/** The schema that the data of an event of some type follow, below the base URL of the contract. */
export function dataSchemaOf(type: string): string {
  return dataSchemas.find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'event.schema.json'
}

// CloudEvents types of Renkei (`contract.md`, Event envelope).

export const eventTypes = {
  created: 'jp.renkei.report.created.v1',
  updated: 'jp.renkei.report.updated.v1',
  withdrawn: 'jp.renkei.report.withdrawn.v1',
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

// Until when somebody has to answer, and when the next is told that nobody has. The numbers are data
// (`rules/acknowledgement-deadlines.json`).

import rules from '../../rules/acknowledgement-deadlines.json' with { type: 'json' }

/** How long an organisation has to acknowledge a level, in milliseconds; nothing where none is set. */
export function acknowledgementDeadlineMs(level: number): number | undefined {
  const rule = rules.rules.find((entry) => entry.level === level)
  return rule && rule.seconds * 1000
}

/** How long after a step of the escalation the next one follows, in milliseconds. */
export function escalationPauseMs(level: number): number {
  const { part, minSeconds } = rules.repeat
  return Math.max((acknowledgementDeadlineMs(level) ?? 0) * part, minSeconds * 1000)
}

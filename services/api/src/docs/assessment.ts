// What an answer says of a report that was assessed: its level, what is owed by when, and how far
// each threshold is.

import type { DeadlineKind, DeadlineRule } from '@renkei/schema'
import { published } from './parts.ts'

// Total over the kinds that a rule set may have.
const deadlineKinds: Record<DeadlineKind, true> = {
  firstNoticePeers: true,
  firstNoticePublic: true,
  updatePeers: true,
  updatePublic: true,
  regulatorFirst: true,
  regulatorDetailed30Days: true,
  quarterly: true,
  priorityReview3Months: true,
  nearMiss30Days: true,
  advanceNotice10Days: true,
  advanceNoticePriority: true,
}

const deadlineAudiences: Record<DeadlineRule['audience'], true> = {
  peer: true,
  public: true,
  regulator: true,
}

const instant = { type: 'string', format: 'date-time' } as const
const words = published('report', 'bilingual')
const pointer = { type: 'string', description: 'JSON Pointer of the impact or control.' } as const

const deadline = {
  type: 'object',
  required: ['ruleId', 'kind', 'audience', 'dueAt', 'basis', 'source', 'text'],
  properties: {
    ruleId: { type: 'string' },
    kind: { type: 'string', enum: Object.keys(deadlineKinds) },
    audience: { type: 'string', enum: Object.keys(deadlineAudiences) },
    dueAt: { ...instant, description: 'Deadlines counted in days end at 23:59:59 in Japan.' },
    basis: published('report', 'reasonBasis'),
    source: { type: 'string', description: 'Where the rule is written.' },
    text: words,
  },
} as const

const countdown = {
  type: 'object',
  required: ['ruleId', 'level', 'text'],
  properties: {
    ruleId: { type: 'string' },
    level: published('report', 'levelValue'),
    legalClass: {
      type: 'string',
      description: 'The class of the accident rules, for one of them.',
    },
    pointer,
    text: words,
    at: { ...instant, description: 'When time alone reaches the threshold.' },
    minutesLeft: { type: 'integer', description: 'Until `at`, rounded up.' },
    missing: {
      type: 'object',
      required: ['users'],
      properties: { users: { type: 'integer', description: 'Users that are still missing.' } },
      description: 'In place of `at`: time alone will not reach the threshold.',
    },
  },
} as const

const legalClass = {
  type: 'object',
  required: ['pointer', 'legalClass', 'users', 'usersAssumed', 'durationSeconds', 'met'],
  properties: {
    pointer,
    legalClass: { type: 'string' },
    users: { type: ['integer', 'null'], description: 'Users counted; null while unknown.' },
    usersAssumed: {
      type: 'boolean',
      description: 'True when an unknown count was taken as the figure of the rule set.',
    },
    durationSeconds: { type: 'integer' },
    met: {
      type: 'boolean',
      description: 'True when it is a serious accident (重大な事故) by this class.',
    },
  },
} as const

/** The members of an assessment, in any answer that holds one. */
export const assessment = {
  level: published('report', 'assessedLevel'),
  deadlines: {
    type: 'array',
    items: deadline,
    description: 'What is owed to whom by when, with the rule and its basis.',
  },
  countdown: {
    type: 'array',
    items: countdown,
    description: 'For each threshold not yet reached: when it will be, or what is missing.',
  },
  legalClasses: {
    type: 'array',
    items: legalClass,
    description: 'Each impact against its class of the accident rules.',
  },
  clock: {
    type: 'object',
    required: ['startedAt', 'from'],
    properties: {
      startedAt: instant,
      from: { type: 'string', enum: ['occurredAt', 'detectedAt'] },
      stoppedAt: instant,
    },
    description: 'The clock that durations and deadlines run on.',
  },
} as const

// The body of a new replay: the schema checks it and stands in the OpenAPI document.

import type { ReplayWish } from '@renkei/db'
import { rawJsonFaults } from '@renkei/schema'
import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { uuidSchema } from '../docs/parts.ts'
import { invalidBody } from '../problem/domain-error.ts'
import { faultsToldMax } from '../problem/told-faults.ts'

export type ReplayBody = ReplayWish & { readonly perSecondMax?: number }

const instant = { type: 'string', format: 'date-time' } as const

export const replayBody = {
  type: 'object',
  additionalProperties: false,
  properties: {
    eventId: { ...uuidSchema, description: 'This event, whatever became of it.' },
    failedSince: {
      ...instant,
      description: 'Everything that ended as dead or refused at this instant or later.',
    },
    filter: {
      type: 'object',
      additionalProperties: false,
      description:
        'Everything that all of its members name, also what was delivered; `{}` is all that the subscription was ever owed.',
      properties: {
        from: { ...instant, description: 'Recorded at this instant or later.' },
        until: { ...instant, description: 'Recorded before this instant.' },
        standings: {
          type: 'array',
          minItems: 1,
          uniqueItems: true,
          items: { type: 'string', enum: ['delivered', 'superseded', 'refused', 'dead'] },
        },
        reportId: uuidSchema,
        minLevel: { type: 'integer', minimum: 0, maximum: 4 },
        afterCursor: { type: 'string', pattern: '^[0-9]{1,15}$' },
      },
    },
    perSecondMax: {
      type: 'integer',
      minimum: 1,
      description: 'How many are sent a second at most; the operator sets what it is at most.',
    },
  },
  oneOf: [{ required: ['eventId'] }, { required: ['failedSince'] }, { required: ['filter'] }],
} as const

const ajv = new Ajv.Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)
const validate = ajv.compile<ReplayBody>(replayBody)

/** Reads the body of a replay; throws the refusal with every fault. */
export function readReplayBody(body: unknown): { what: ReplayWish; perSecondMax?: number } {
  const limits = rawJsonFaults(body).filter((fault) => fault.rule.startsWith('limit.'))
  if (limits.length > 0) throw invalidBody('invalid-replay', limits)
  if (!validate(body)) {
    const faults = (validate.errors ?? []).slice(0, faultsToldMax).map((fault) => ({
      pointer: fault.instancePath,
      rule: fault.keyword,
      detail:
        fault.keyword === 'oneOf'
          ? 'exactly one of eventId, failedSince and filter says what is sent again'
          : `${fault.instancePath} ${fault.message ?? 'is not valid'}`.trim(),
    }))
    throw invalidBody('invalid-replay', faults)
  }
  const { perSecondMax, ...what } = body
  return { what, ...(perSecondMax !== undefined && { perSecondMax }) }
}

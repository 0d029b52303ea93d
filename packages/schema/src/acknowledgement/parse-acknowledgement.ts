// Acknowledgements as they come in, parsed like reports: all faults at once, the value unchanged.

import type { ValidateFunction } from 'ajv'
import type {
  AcknowledgementFrame,
  AcknowledgementRequest,
} from '../generated/acknowledgement.gen.ts'
import { boundedShapeFaults } from '../report/bounded-shape.ts'
import { distinctFaults, type Fault, type Parsed } from '../report/fault.ts'
import { schemas } from '../report/schemas.ts'
import { validatorOf } from '../report/validators.ts'

const validateRequest = part<AcknowledgementRequest>('acknowledgementRequest')
const validateFrame = part<AcknowledgementFrame>('acknowledgementFrame')

/** An acknowledgement to record. Refuses an assessment without an answer, and an answer without one. */
export function parseAcknowledgement(value: unknown): Parsed<'request', AcknowledgementRequest> {
  const shape = boundedShapeFaults(value, validateRequest)
  if (shape.length > 0) return { ok: false, faults: distinctFaults(shape) }
  const request = value as AcknowledgementRequest
  const faults = answerFaults(request, '')
  return faults.length === 0 ? { ok: true, request } : { ok: false, faults }
}

/** The same over the socket of the feed, with the report that it is about. */
export function parseAcknowledgementFrame(value: unknown): Parsed<'frame', AcknowledgementFrame> {
  const shape = boundedShapeFaults(value, validateFrame)
  if (shape.length > 0) return { ok: false, faults: distinctFaults(shape) }
  const frame = value as AcknowledgementFrame
  const faults = answerFaults(frame.acknowledge, '/acknowledge')
  return faults.length === 0 ? { ok: true, frame } : { ok: false, faults }
}

function answerFaults(
  { kind, answer }: Pick<AcknowledgementRequest, 'kind' | 'answer'>,
  at: string,
): Fault[] {
  if ((kind === 'assessed') === (answer !== undefined)) return []
  const pointer = `${at}/answer`
  const detail =
    kind === 'assessed'
      ? `${pointer} is needed with assessed.`
      : `${pointer} is given although nothing was assessed.`
  const expected = kind === 'assessed' ? 'impacted, notImpacted or unknown' : 'kind assessed'
  return [{ pointer, rule: 'acknowledgement.answer', detail, expected }]
}

function part<T>(name: string): ValidateFunction<T> {
  return validatorOf<T>(`${schemas.acknowledgement.$id}#/$defs/${name}`)
}

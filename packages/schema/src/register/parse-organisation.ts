// Changes to an organisation's own entry: name and codes. Its kind decides what it may see, so it is
// the operator's to set.

import type {
  CodeScheme,
  OrganisationPatch,
  RegisteredCode,
} from '../generated/organisation.gen.ts'
import { boundedShapeFaults } from '../report/bounded-shape.ts'
import { distinctFaults, type Fault, type Parsed } from '../report/fault.ts'
import { schemas } from '../report/schemas.ts'
import { validatorOf } from '../report/validators.ts'

const validatePatch = validatorOf<OrganisationPatch>(
  `${schemas.organisation.$id}#/$defs/organisationPatch`,
)

/** The change, unchanged. Refuses an empty one, and codes that their scheme does not allow. */
export function parseOrganisationPatch(value: unknown): Parsed<'patch', OrganisationPatch> {
  const shape = boundedShapeFaults(value, validatePatch)
  if (shape.length > 0) return { ok: false, faults: distinctFaults(shape) }
  const faults = ((value as OrganisationPatch).codes ?? []).flatMap(codeFault)
  return faults.length === 0
    ? { ok: true, patch: value as OrganisationPatch }
    : { ok: false, faults }
}

interface CodeForm {
  readonly holds: (value: string) => boolean
  readonly expected: string
}

const codeForms: Record<CodeScheme, CodeForm> = {
  micRegistration: { holds: () => true, expected: 'the number as the ministry writes it' },
  mccMnc: {
    holds: (value) => /^\d{3}-\d{2,3}$/.test(value),
    expected: 'three digits, a hyphen, two or three digits, such as 999-99',
  },
  asNumber: {
    holds: (value) => /^AS[1-9]\d{0,9}$/.test(value) && Number(value.slice(2)) < 2 ** 32,
    expected: 'AS and a number below 4294967296, such as AS64500',
  },
  corporateNumber: {
    holds: hasCheckDigit,
    expected: 'the 13 digits of a corporate number (法人番号), whose first is its check digit',
  },
  carrierIdentification: {
    holds: (value) => /^00[1-9]\d{0,3}$/.test(value),
    expected: 'digits that begin with 00, such as 0099',
  },
  other: { holds: () => true, expected: 'any code' },
}

function codeFault({ scheme, value }: RegisteredCode, index: number): Fault[] {
  const { holds, expected } = codeForms[scheme]
  if (holds(value)) return []
  const pointer = `/codes/${index}/value`
  return [{ pointer, rule: `code.${scheme}`, detail: `${pointer} is no ${scheme}.`, expected }]
}

// 法人番号の指定等に関する省令 (平成26年財務省令第70号) 2条: weights 1 and 2 from the right, modulo 9.
function hasCheckDigit(value: string): boolean {
  if (!/^\d{13}$/.test(value)) return false
  const [check = 0, ...digits] = Array.from(value, Number)
  const sum = digits
    .toReversed()
    .reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 1 : 2), 0)
  return check === 9 - (sum % 9)
}

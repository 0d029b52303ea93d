// What each keyword of the schema says when it fails: the rule's name, the rest of the sentence
// that begins with the field, and what would be right.

import { nearestName } from './nearest-name.ts'

type Json = Record<string, unknown>

export interface KeywordFault {
  rule: string
  says: string
  expected?: string | undefined
}

/** By keyword, from the validator's parameters and the schema that holds the keyword. */
export const keywordFaults: Record<string, (params: Json, schema: Json) => KeywordFault> = {
  required: () => ({ rule: 'required', says: 'is needed' }),
  dependentRequired: ({ property }) => ({
    rule: 'required',
    says: `is needed beside ${String(property)}`,
  }),
  additionalProperties: unknownMember,
  type: ({ type }) => ({ rule: 'type', says: 'has the wrong type', expected: String(type) }),
  enum: ({ allowedValues }) => ({
    rule: 'enum',
    says: 'is not one of the allowed values',
    expected: `one of ${(allowedValues as unknown[]).join(', ')}`,
  }),
  const: ({ allowedValue }) => ({
    rule: 'enum',
    says: 'is not the allowed value',
    expected: String(allowedValue),
  }),
  minLength: ({ limit }) => ({
    rule: 'tooShort',
    says: 'is too short',
    expected: `at least ${String(limit)} characters`,
  }),
  maxLength: ({ limit }) => ({
    rule: 'tooLong',
    says: 'is too long',
    expected: `at most ${String(limit)} characters (code points)`,
  }),
  minItems: ({ limit }) => ({
    rule: 'tooFew',
    says: 'has too few entries',
    expected: `at least ${String(limit)}`,
  }),
  maxItems: ({ limit }) => ({
    rule: 'tooMany',
    says: 'has too many entries',
    expected: `at most ${String(limit)}`,
  }),
  minProperties: ({ limit }) => ({
    rule: 'tooFew',
    says: 'has too few members',
    expected: `at least ${String(limit)}`,
  }),
  maxProperties: ({ limit }) => ({
    rule: 'tooMany',
    says: 'has too many members',
    expected: `at most ${String(limit)}`,
  }),
  uniqueItems: () => ({
    rule: 'duplicate',
    says: 'has the same entry twice',
    expected: 'each entry once',
  }),
  minimum: outOfRange,
  maximum: outOfRange,
  pattern: wrongForm,
  format: wrongForm,
}

function unknownMember({ additionalProperty }: Json, schema: Json): KeywordFault {
  const known = Object.keys(schema['properties'] ?? {})
  const nearest = nearestName(String(additionalProperty), known)
  return {
    rule: 'unknownMember',
    says: `is not a member of the contract${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    expected: nearest ?? `one of ${known.join(', ')}`,
  }
}

function outOfRange(_: Json, schema: Json): KeywordFault {
  return {
    rule: 'range',
    says: 'is out of range',
    expected: `${String(schema['minimum'])} to ${String(schema['maximum'])}`,
  }
}

function wrongForm(_: Json, schema: Json): KeywordFault {
  const expected = schema['x-expected']
  return {
    rule: schema['format'] === undefined ? 'pattern' : 'format',
    says: 'does not have the right form',
    expected: typeof expected === 'string' ? expected : undefined,
  }
}

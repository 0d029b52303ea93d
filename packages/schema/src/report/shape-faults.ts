// Turns what the schema validator found into faults: one per place and rule, in words, without the
// validator's noise about the branches of a condition. A rule that the schema names itself
// (`x-rule`, with `x-says` and `x-expected`) keeps its name; the others are named after keywords.

import type { ErrorObject } from 'ajv'
import { type Fault, pointerStep } from './fault.ts'
import { type KeywordFault, keywordFaults } from './keyword-faults.ts'
import { namedRules } from './named-rules.ts'

/** The faults that stand behind a validator's errors. */
export function shapeFaults(errors: readonly ErrorObject[]): Fault[] {
  return withoutEchoes(errors.filter((error) => !isNoise(error)).map((error) => faultOf(error)))
}

/** A string that is broken, too short or too long has no form to speak of: its first fault counts. */
export function withoutEchoes(faults: readonly Fault[]): Fault[] {
  const told = new Set<string>()
  return faults.filter(({ pointer, rule }) => {
    if (!textRules.has(rule)) return true
    const isFirst = !told.has(pointer)
    told.add(pointer)
    return isFirst
  })
}

const textRules = new Set(['text.unicode', 'tooShort', 'tooLong', 'pattern', 'format'])

// A failed condition is told by the errors of its branch; a failed choice by the choice itself.
function isNoise({ keyword, schemaPath }: ErrorObject): boolean {
  if (keyword === 'if') return true
  return /\/(?:anyOf|contains|propertyNames)\/./.test(schemaPath)
}

function faultOf(error: ErrorObject): Fault {
  const pointer = pointerOf(error)
  const { rule, says, expected } = namedRule(error) ?? keywordFault(error)
  const sentence = `${pointer === '' ? 'The document' : pointer} ${says}`
  const detail = says.endsWith('?') ? sentence : `${sentence}.`
  const fault: Fault = { pointer, rule, detail }
  return expected === undefined ? fault : { ...fault, expected }
}

function pointerOf({ keyword, instancePath, params }: ErrorObject): string {
  const name =
    keyword === 'required' || keyword === 'dependentRequired'
      ? params['missingProperty']
      : (params['additionalProperty'] ?? params['propertyName'])
  return name === undefined ? instancePath : instancePath + pointerStep(String(name))
}

// A value of the wrong type has broken no rule yet: it is of the wrong type.
function namedRule({ keyword, parentSchema }: ErrorObject): KeywordFault | undefined {
  return parentSchema === undefined || keyword === 'type' ? undefined : namedRules.get(parentSchema)
}

function keywordFault(error: ErrorObject): KeywordFault {
  const { keyword, params, parentSchema } = error
  const describe = keywordFaults[keyword]
  if (describe === undefined) return { rule: keyword, says: 'is not valid' }
  return describe(params, parentSchema ?? {})
}

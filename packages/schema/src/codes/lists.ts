// The code lists of the contract with their names in Japanese and English: services, causes,
// controls, states, levels. The lists are data in codes/; tests hold them equal to the schema.

import causeList from '../../codes/causes.json' with { type: 'json' }
import controlList from '../../codes/controls.json' with { type: 'json' }
import levelList from '../../codes/levels.json' with { type: 'json' }
import serviceList from '../../codes/services.json' with { type: 'json' }
import stateList from '../../codes/states.json' with { type: 'json' }
import type {
  CauseCategory,
  ControlKind,
  LevelValue,
  ServiceCode,
  State,
} from '../generated/report.gen.ts'

export interface Names {
  ja: string
  en: string
}

export interface ServiceEntry extends Names {
  code: ServiceCode
  /** Classes of the accident rules by edition (`2015`, `2025`); defined in rules/. */
  legalClasses: Record<string, string[]>
  subtypes: (Names & { code: string })[]
}

export interface CauseEntry extends Names {
  code: CauseCategory
  /** Group in the ministry's statistics: 設備要因, 人為要因, 外的要因; null while unknown. */
  group: 'equipment' | 'human' | 'external' | null
}

export type ControlUnit = 'blockedPercent' | 'callGapMs' | 'maxRatePerSec'

export interface ControlEntry extends Names {
  code: ControlKind
  /** How its amount may be given; empty when it has none. */
  units: ControlUnit[]
  /** True when the control itself refuses or delays traffic. */
  restricts: boolean
  source: string
}

export interface StateEntry extends Names {
  code: State
  track: 'incident' | 'planned' | 'both'
  /** True while users may still be hit: clocks run and updates are owed. */
  open: boolean
}

export interface LevelEntry extends Names {
  value: LevelValue
}

// JSON imports have wide types (string for an enum member); lists.test.ts holds the values to the schema.
export const services = serviceList.services as ServiceEntry[]
export const causes = causeList.causes as CauseEntry[]
export const controls = controlList.controls as ControlEntry[]
export const states = stateList.states as StateEntry[]
export const levels = levelList.levels as LevelEntry[]

const serviceByCode = new Map<string, ServiceEntry>(services.map((entry) => [entry.code, entry]))
const causeByCode = new Map<string, CauseEntry>(causes.map((entry) => [entry.code, entry]))
const controlByCode = new Map<string, ControlEntry>(controls.map((entry) => [entry.code, entry]))
const stateByCode = new Map<string, StateEntry>(states.map((entry) => [entry.code, entry]))

/** The service with this code, undefined when there is none. */
export function findService(code: string): ServiceEntry | undefined {
  return serviceByCode.get(code)
}

/** The cause category with this code, undefined when there is none. */
export function findCause(code: string): CauseEntry | undefined {
  return causeByCode.get(code)
}

/** The kind of control with this code, undefined when there is none. */
export function findControl(code: string): ControlEntry | undefined {
  return controlByCode.get(code)
}

/** The state with this code, undefined when there is none. */
export function findState(code: string): StateEntry | undefined {
  return stateByCode.get(code)
}

/** The names of a level, 0 to 4. */
export function findLevel(value: LevelValue): LevelEntry {
  const entry = levels[value]
  if (entry === undefined) throw new RangeError(`no level ${String(value)}`)
  return entry
}

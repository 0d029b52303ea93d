// What the API would log, line by line.

import type { Logger } from '@renkei/service-kit'
import { pino } from 'pino'

export interface CapturedLog {
  readonly log: Logger
  /** The names of the lines so far, oldest first. */
  events(): readonly string[]
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** A logger that keeps its lines of level `info` and above. */
export function captureLog(): CapturedLog {
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const log = pino({ level: 'info', messageKey: 'event' }, { write })
  return { log, lines, events: () => lines.map((line) => String(line['event'])) }
}

// What JSON.parse does not say: a member name given twice (the last would silently win) and nesting
// beyond a limit. One pass over the text before it is parsed; text that is not JSON at all is left
// to the parser to refuse.

export interface JsonFault {
  readonly rule: 'duplicateMember' | 'depth'
  readonly pointer: string
  readonly detail: string
}

interface Level {
  /** Names seen so far; nothing for a list. */
  readonly names: Set<string> | undefined
  name: string
  index: number
}

/** Finds the first duplicate member name or nesting deeper than `depthMax`. */
export function scanJson(text: string, depthMax: number): JsonFault | undefined {
  const levels: Level[] = []
  let name = { start: 0, end: 0 }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      name = { start: at, end: endOfString(text, at) }
      at = name.end
    } else if (code === openBrace || code === openBracket) {
      if (levels.length === depthMax) return tooDeep(levels, depthMax)
      levels.push({ names: code === openBrace ? new Set() : undefined, name: '', index: 0 })
    } else if (code === closeBrace || code === closeBracket) {
      levels.pop()
    } else if (code === colon) {
      const fault = enterMember(levels, text.slice(name.start, name.end + 1))
      if (fault) return fault
    } else if (code === comma) {
      const level = levels.at(-1)
      if (level) level.index += 1
    }
  }
  return undefined
}

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const colon = 0x3a
const comma = 0x2c

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

// An even number of backslashes before it are backslashes that are escaped themselves.
function isEscaped(text: string, at: number): boolean {
  let from = at
  while (text.charCodeAt(from - 1) === backslash) from -= 1
  return (at - from) % 2 === 1
}

function enterMember(levels: readonly Level[], raw: string): JsonFault | undefined {
  const level = levels.at(-1)
  if (!level?.names) return undefined
  level.name = memberName(raw)
  if (level.names.has(level.name)) {
    const pointer = pointerOf(levels)
    return {
      rule: 'duplicateMember',
      pointer,
      detail: `${pointer} is given twice; a member name may stand once in an object.`,
    }
  }
  level.names.add(level.name)
  return undefined
}

// "a" and "\u0061" are one name.
function memberName(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1)
  try {
    return String(JSON.parse(raw))
  } catch {
    return raw
  }
}

function tooDeep(levels: readonly Level[], depthMax: number): JsonFault {
  const detail = `The document is nested deeper than ${depthMax} levels.`
  return { rule: 'depth', pointer: pointerOf(levels), detail }
}

// A name without end is told in part: an answer is not to be as long as what it refuses.
const toldMax = 128

function pointerOf(levels: readonly Level[]): string {
  return levels.map((level) => (level.names ? step(level.name) : `/${level.index}`)).join('')
}

function step(name: string): string {
  const told = name.length > toldMax ? `${name.slice(0, toldMax)}…` : name
  return `/${told.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

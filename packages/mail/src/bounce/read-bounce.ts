// Reads a delivery status notification (RFC 3464) as a mail server hands it over: whether it failed for
// good, its status, and the tokens in it that may be ours. Nothing else of it is kept.

export interface BounceReport {
  /** The first recipient's `Status`, such as 5.1.1. */
  readonly status: string
  /** For good. Delayed and delivered ones are no bounces. */
  readonly hard: boolean
  /** What stands in return addresses of the message, each once. */
  readonly tokens: readonly string[]
}

/** As much of a message is looked at. */
export const bounceBytesMax = 512 * 1024
const tokensMax = 10

/** Reads a message; gives nothing for what reports no failure, such as an answer of a person. */
export function readBounce(message: string): BounceReport | undefined {
  const text = message.slice(0, bounceBytesMax).replaceAll('\r\n', '\n')
  const status = isReport(text) ? statusPart(text) : undefined
  if (status === undefined) return undefined
  const fields = fieldsOf(status)
  const action = fields.get('action')
  const code = codeOf(fields)
  if (action !== 'failed' || code === undefined || code.startsWith('2')) return undefined
  return { status: code, hard: isHard(code), tokens: tokensOf(text) }
}

const codeForm = /\b([245]\.\d{1,3}\.\d{1,3})\b/

// Some servers write 5.0.0 whatever it was: then the answer that they had says more.
function codeOf(fields: ReadonlyMap<string, string>): string | undefined {
  const status = codeForm.exec(fields.get('status') ?? '')?.[1]
  if (status !== '5.0.0') return status
  return codeForm.exec(fields.get('diagnostic-code') ?? '')?.[1] ?? status
}

// Its own headers say that it is one (RFC 3462): whoever holds one of our mails could write such a part
// into the text of an ordinary message.
function isReport(text: string): boolean {
  const end = text.indexOf('\n\n')
  const headers = (end === -1 ? text : text.slice(0, end)).replaceAll(/\n[ \t]+/g, ' ')
  const type = /^content-type:\s*multipart\/report\b(.*)$/im.exec(headers)?.[1] ?? ''
  return /;\s*report-type="?delivery-status\b/i.test(type)
}

// RFC 3463: a full box, a message that is too large and what speaks of us says nothing for good of the
// address; that there is no such box, domain or user does. 5.0.0 says only that something failed.
function isHard(code: string): boolean {
  return code.startsWith('5.1.') || code === '5.2.1' || code === '5.4.4'
}

// The part of type message/delivery-status, up to the next boundary.
function statusPart(text: string): string | undefined {
  const start = /^content-type:\s*message\/(?:global-)?delivery-status\b/im.exec(text)
  if (!start) return undefined
  const after = text.slice(start.index)
  const body = after.slice(after.indexOf('\n\n') + 2)
  const end = /^--\S/m.exec(body)
  return end ? body.slice(0, end.index) : body
}

// Fields of the first recipient count: our mails have one. Those of the message come before them.
function fieldsOf(part: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of part.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name !== '' && !fields.has(name)) {
      fields.set(name, name === 'action' ? value.toLowerCase() : value)
    }
  }
  return fields
}

function tokensOf(text: string): string[] {
  const found = [...text.matchAll(/\bbounces\+([so][0-9a-f]{52})@/gi)].map(
    ([, token = '']) => token,
  )
  return [...new Set(found.map((token) => token.toLowerCase()))].slice(0, tokensMax)
}

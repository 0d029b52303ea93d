// What a receiver says in Retry-After: seconds, or a date in one of the three forms of HTTP
// (RFC 9110 §10.2.3 and §5.6.7).

const waitMsMax = 24 * 3_600_000

const secondsForm = /^\d{1,15}$/
const imfDateForm = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const rfc850DateForm = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const asctimeDateForm = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/**
 * The wait that a receiver asks for, in milliseconds from `nowMs`, from 0 to 24 hours. Null when
 * it asks for none, or in a form that is not one.
 */
export function readRetryAfter(
  value: string | readonly string[] | undefined,
  nowMs: number,
): number | null {
  if (typeof value !== 'string') return null
  if (secondsForm.test(value)) return Math.min(Number(value) * 1_000, waitMsMax)
  const atMs = readHttpDate(value)
  return Number.isNaN(atMs) ? null : Math.min(Math.max(atMs - nowMs, 0), waitMsMax)
}

function readHttpDate(text: string): number {
  if (imfDateForm.test(text) || rfc850DateForm.test(text)) return Date.parse(text)
  // The asctime form names no zone and means UTC; without one it would be read as local time.
  return asctimeDateForm.test(text) ? Date.parse(`${text} GMT`) : Number.NaN
}

// What became of a mail, from what the mail server answered and when. Reasons are our own words with
// the codes of the server: its text may hold the address.

export interface MailOutcome {
  readonly result: 'delivered' | 'retry' | 'refused'
  /** The reply code; null when there was none. */
  readonly status: number | null
  readonly reason: string
  /** The least time to wait, in milliseconds. */
  readonly retryAfterMs: number | null
  readonly pace: 'normal' | 'slow'
  /** The fault lies with our settings or our relay, not with the receiver. */
  readonly ours: boolean
  /** The mail server was never asked to take this mail: there was no attempt at it. */
  readonly untried: boolean
  /** The address takes no mail: no other mail needs to be tried. */
  readonly badAddress: boolean
}

/** What nodemailer rejects with. */
export interface SmtpError {
  readonly code?: string
  readonly responseCode?: number
  readonly response?: string
  readonly command?: string
}

const secondMs = 1000
/** Greylisting wants some minutes; a busy server less. */
const waits: Record<number, number> = {
  421: 30 * secondMs,
  450: 60 * secondMs,
  451: 60 * secondMs,
  452: 120 * secondMs,
}
const waitOtherwiseMs = 30 * secondMs

/** The outcome of a mail that the server took. */
export function taken(status: number): MailOutcome {
  return outcome('delivered', status, `the mail server took it: ${status}`)
}

/** The outcome of a failure, by where in the dialogue it came and with which code. */
export function outcomeOf(error: SmtpError): MailOutcome {
  const { code, responseCode: status, command = '' } = error
  if (status === undefined || code === 'EAUTH' || code === 'ETLS') return unanswered(error)
  const codes = codesOf(error)
  if (status < 500) return later(status, whereOf(command), codes)
  if (command === 'RCPT TO') return refusedRecipient(status, codes)
  if (command === 'MAIL FROM')
    return untried(status, `the mail server refused our sender: ${codes}`)
  if (command !== 'DATA') return untried(status, `the mail server refused us: ${codes}`)
  if (status === 552) return outcome('refused', status, `the mail is too large: ${codes}`)
  return outcome('refused', status, `the mail server refused the mail: ${codes}`)
}

function later(status: number, where: string, codes: string): MailOutcome {
  const reason =
    status < 400
      ? `the mail server answered out of turn ${where}: ${codes}`
      : `the mail server wants it later ${where}: ${codes}`
  const retryAfterMs = waits[status] ?? waitOtherwiseMs
  return { ...outcome('retry', status, reason), retryAfterMs }
}

// RFC 5321 and RFC 3463: which of the permanent refusals speak of the address, which of its box, and
// which of us.
function refusedRecipient(status: number, codes: string): MailOutcome {
  const detail = codes.split(' ')[1] ?? ''
  if (status === 552 || detail === '5.2.2') {
    return { ...outcome('retry', status, `the mailbox is full: ${codes}`), pace: 'slow' }
  }
  if (detail.startsWith('5.7.') || detail === '5.1.8') {
    return ours(status, `the mail server does not take mail from us: ${codes}`)
  }
  const isAddress =
    [521, 550, 551, 553, 556].includes(status) || detail.startsWith('5.1.') || detail === '5.2.1'
  const reason = `the mail server refused the recipient: ${codes}`
  return { ...outcome('refused', status, reason), badAddress: isAddress }
}

const unansweredWords: Record<string, string> = {
  EDNS: 'the name of the mail server does not resolve',
  ECONNECTION: 'the connection to the mail server was closed',
  ESOCKET: 'the mail server could not be reached',
  ETIMEDOUT: 'the mail server did not answer in time',
  ETLS: 'the connection to the mail server could not be secured',
  EAUTH: 'the mail server refused our credentials',
  ENOAUTH: 'the mail server wants credentials',
  EPROTOCOL: 'the mail server did not speak SMTP',
}

function unanswered({ code = '', responseCode, command }: SmtpError): MailOutcome {
  if (code === 'EENVELOPE' && command === 'API') {
    const refusal = outcome('refused', null, 'the address is none that mail can be sent to')
    return { ...refusal, badAddress: true }
  }
  if (code === 'EMESSAGE') return outcome('refused', null, 'the mail is too large for the server')
  const status = responseCode ?? null
  const words = unansweredWords[code]
  if (words !== undefined) return untried(status, words)
  // The server may have begun to take it.
  return ours(status, tookTooLong[code] ?? 'the mail could not be handed over')
}

const tookTooLong: Record<string, string> = { EABORT: 'the mail server took too long' }

/** The outcome of a mail for which there is no room at the mail server. */
export const busy = untried(null, 'too many mails wait for the mail server')

/**
 * Of an urgent mail a refusal that does not speak of its address ends nothing: it is tried again
 * slowly, until somebody has mended what the server dislikes.
 */
export function persist(outcome: MailOutcome, level: number): MailOutcome {
  const { result, badAddress, reason } = outcome
  if (level < 3 || result !== 'refused' || badAddress) return outcome
  const said = `${reason}; it is tried again, since its level is ${level}`
  return { ...outcome, result: 'retry', pace: 'slow', reason: said }
}

function untried(status: number | null, reason: string): MailOutcome {
  return { ...ours(status, reason), untried: true }
}

function ours(status: number | null, reason: string): MailOutcome {
  return { ...outcome('retry', status, reason), ours: true }
}

function outcome(
  result: MailOutcome['result'],
  status: number | null,
  reason: string,
): MailOutcome {
  const blame = { ours: false, untried: false, badAddress: false }
  return { result, status, reason, retryAfterMs: null, pace: 'normal', ...blame }
}

function whereOf(command: string): string {
  if (command === 'RCPT TO') return 'for the recipient'
  return command === 'DATA' ? 'for the mail' : 'at the beginning'
}

/** `550 5.1.1`: the reply code, and the enhanced one of RFC 3463 where there is one. */
function codesOf({ responseCode, response = '' }: SmtpError): string {
  const detail = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1]
  return [responseCode, detail].filter(Boolean).join(' ')
}

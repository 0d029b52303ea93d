// The token in a return address: which subscription or which order a mail belonged to, with a mark that
// only we can make. The mark holds for the address that the mail went to, and for no later one.

export interface BounceSubject {
  readonly kind: 'subscription' | 'order'
  readonly id: string
}

export interface MarkedSubject extends BounceSubject {
  /** The address as it is stored: sealed. */
  readonly sealedAddress: string
}

/** `bounceMark` of the vault. */
type MarkOf = (about: string) => string

const letters = { subscription: 's', order: 'o' } as const
const markDigits = 20

/** Makes the token: 53 small letters and digits. */
export function bounceToken({ sealedAddress, ...subject }: MarkedSubject, markOf: MarkOf): string {
  const named = nameOf(subject)
  return `${named}${markOf(`${named} ${sealedAddress}`).slice(0, markDigits)}`
}

const form =
  /^([so])([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})[0-9a-f]{20}$/

/** Reads what a token says it is about; whether that is true is for `isOurBounce`. */
export function readBounceToken(token: string): BounceSubject | undefined {
  const parts = form.exec(token.toLowerCase())
  if (!parts) return undefined
  const [, letter = '', ...rest] = parts
  return { kind: letter === 's' ? 'subscription' : 'order', id: rest.join('-') }
}

/** True when we have made the token, for this address. */
export function isOurBounce(token: string, subject: MarkedSubject, markOf: MarkOf): boolean {
  return bounceToken(subject, markOf) === token.toLowerCase()
}

function nameOf({ kind, id }: BounceSubject): string {
  return `${letters[kind]}${id.replaceAll('-', '')}`
}

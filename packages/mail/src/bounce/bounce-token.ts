// The token in a return address: which subscription or which order a mail belonged to, with a mark that
// only we can make.

export interface BounceSubject {
  readonly kind: 'subscription' | 'order'
  readonly id: string
}

type MarkOf = (about: string) => string

const letters = { subscription: 's', order: 'o' } as const
const markDigits = 20

/** Makes the token, 53 small letters and digits; `markOf` is `bounceMark` of the vault. */
export function bounceToken({ kind, id }: BounceSubject, markOf: MarkOf): string {
  const named = `${letters[kind]}${id.replaceAll('-', '')}`
  return `${named}${markOf(named).slice(0, markDigits)}`
}

const form =
  /^([so])([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})([0-9a-f]{20})$/

/** Reads a token; gives nothing for one that is not ours. */
export function readBounceToken(token: string, markOf: MarkOf): BounceSubject | undefined {
  const parts = form.exec(token.toLowerCase())
  if (!parts) return undefined
  const [, letter = '', ...rest] = parts
  const id = rest.slice(0, 5).join('-')
  const subject = { kind: letter === 's' ? 'subscription' : 'order', id } as const
  return bounceToken(subject, markOf) === token.toLowerCase() ? subject : undefined
}

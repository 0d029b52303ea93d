// Addresses that mails may go to: one plain address, without a name, comments or anything that would
// make two of it.

const charactersMax = 254
const form =
  /^[\w!#$%&'*+/=?^`{|}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i

/** True for an address of the plain form (RFC 5321 §4.1.2, without quotes and literals). */
export function isAddress(text: string): boolean {
  return text.length <= charactersMax && form.test(text)
}

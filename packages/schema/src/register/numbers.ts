// The form of telephone numbers and e-mail addresses of the register. Not whether they exist: a
// number that nobody can dial is found before the night in which it is needed.

/** What would be right, when a text cannot be dialled from Japan; nothing when it can be. */
export function phoneFault(text: string): string | undefined {
  if (!/^(?:\+[0-9]|[0-9(])[0-9 ()-]*$/.test(text))
    return 'half-width digits, with + before a country code'
  const number = text.replaceAll(/[ ()-]/g, '')
  if (number.startsWith('+81')) return japaneseFault(number.slice('+81'.length))
  if (number.startsWith('+')) {
    return /^\+[1-9]\d{6,14}$/.test(number)
      ? undefined
      : 'E.164: + and 7 to 15 digits, the country code first'
  }
  return nationalForm.test(number) ? undefined : bothForms
}

const bothForms =
  'a number with + and country code (E.164) such as +81-3-0000-0000, or one of Japan that begins with 0 and has 10 digits, or 11 after 050 to 090, such as 03-0000-0000'

// Numbering plan of Japan: 0AB–J and 0120 have ten digits; 050 to 090, and 0800, have eleven.
const nationalForm = /^0(?:[5-9]0\d{8}|(?![5-9]0)[1-9]\d{8})$/

function japaneseFault(rest: string): string | undefined {
  if (rest.startsWith('0')) return '+81 without the 0 that follows it, such as +81-3-0000-0000'
  return nationalForm.test(`0${rest}`)
    ? undefined
    : '+81 and 9 digits, or 10 after 50 to 90, such as +81-3-0000-0000'
}

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const emailForm = new RegExp(
  `^(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+(?!\\d+$)${label}$`,
)

/** What would be right, when a text is no address of RFC 5321 in ASCII; nothing when it is. */
export function emailFault(text: string): string | undefined {
  return emailForm.test(text) && text.length <= 254
    ? undefined
    : 'an e-mail address such as noc@example.jp, a domain name in ASCII'
}

// Rules on the meaning of a contact, on top of its schema: what each kind of channel holds, and
// hours and validity that can be true.

import type {
  ContactChannel,
  ContactChannelType,
  ContactEntry,
  ContactHours,
} from '../generated/contact.gen.ts'
import type { Fault } from '../report/fault.ts'
import { emailFault, phoneFault } from './numbers.ts'

/** The faults of a contact whose shape is right; pointers begin with `at`. */
export function contactFaults(contact: ContactEntry, at: string): Fault[] {
  return [
    ...contact.channels.flatMap((channel, index) =>
      channelFaults(channel, `${at}/channels/${index}`),
    ),
    ...repeatedChannels(contact.channels, at),
    ...hoursFaults(contact.hours, `${at}/hours`),
    ...validityFaults(contact, at),
  ]
}

const channelForms: Record<ContactChannelType, (text: string) => string | undefined> = {
  phone: phoneFault,
  mobile: phoneFault,
  fax: phoneFault,
  satellitePhone: phoneFault,
  disasterPriorityPhone: phoneFault,
  email: emailFault,
}

function channelFaults({ type, value }: ContactChannel, at: string): Fault[] {
  const expected = channelForms[type](value)
  if (expected === undefined) return []
  const pointer = `${at}/value`
  return [fault(pointer, `channel.${type}`, `does not have the form of ${nouns[type]}`, expected)]
}

const nouns: Record<ContactChannelType, string> = {
  phone: 'a telephone number',
  mobile: 'a telephone number',
  fax: 'a fax number',
  satellitePhone: 'a telephone number',
  disasterPriorityPhone: 'a telephone number',
  email: 'an e-mail address',
}

function repeatedChannels(channels: readonly ContactChannel[], at: string): Fault[] {
  const seen = new Set<string>()
  return channels.flatMap(({ type, value }, index) => {
    const key = `${type} ${value}`
    const isNew = !seen.has(key)
    seen.add(key)
    if (isNew) return []
    const pointer = `${at}/channels/${index}/value`
    return [fault(pointer, 'duplicate', 'stands in the list twice', 'each channel once')]
  })
}

function hoursFaults(hours: ContactHours | undefined, at: string): Fault[] {
  if (hours === undefined) return []
  if (hours.kind === 'always') {
    return (['windows', 'onHolidays'] as const)
      .filter((member) => hours[member] !== undefined)
      .map((member) =>
        fault(`${at}/${member}`, 'hours.always', 'is given although the kind is always', 'weekly'),
      )
  }
  if (hours.windows === undefined) {
    return [fault(`${at}/windows`, 'required', 'is needed for weekly hours', 'at least one window')]
  }
  return hours.windows.flatMap(({ from, until }, index) =>
    from === until
      ? [fault(`${at}/windows/${index}/until`, 'hours.empty', 'is when the window begins', 'later')]
      : [],
  )
}

function validityFaults({ validity }: ContactEntry, at: string): Fault[] {
  const { from, until } = validity ?? {}
  if (from === undefined || until === undefined) return []
  if (Date.parse(from) < Date.parse(until)) return []
  const says = 'is not after the beginning of the validity'
  return [fault(`${at}/validity/until`, 'validity.order', says, `later than ${from}`)]
}

function fault(pointer: string, rule: string, says: string, expected: string): Fault {
  return { pointer, rule, detail: `${pointer} ${says}.`, expected }
}

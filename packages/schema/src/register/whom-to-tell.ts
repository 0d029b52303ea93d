// Who of an organisation is told next that an answer is missing, and whom one can call there. Pure.

import type {
  ContactChannel,
  ContactChannelType,
  ContactHours,
  ContactValidity,
} from '../generated/contact.gen.ts'
import { answersAt, isValidAt } from './hours.ts'

export interface Reachable {
  readonly contactId: string
  readonly hours: ContactHours
  readonly validity?: ContactValidity | null | undefined
  readonly channels: readonly ContactChannel[]
}

/**
 * The next contact to tell: of those that are valid and have not been told, the first in the order
 * given that answers now; outside the hours of all of them, the first. Nothing when none is left.
 */
export function nextToTell<C extends Reachable>(
  contacts: readonly C[],
  told: readonly string[],
  at: Date,
): C | undefined {
  return firstReachable(
    contacts.filter(({ contactId }) => !told.includes(contactId)),
    at,
  )
}

/** Whom to call now: the first in the order given that has a telephone and answers, else the first with one. */
export function whomToCall<C extends Reachable>(contacts: readonly C[], at: Date): C | undefined {
  return firstReachable(
    contacts.filter(({ channels }) => phonesOf(channels).length > 0),
    at,
  )
}

function firstReachable<C extends Reachable>(contacts: readonly C[], at: Date): C | undefined {
  const valid = contacts.filter(({ validity }) => isValidAt(validity, at))
  return valid.find(({ hours }) => answersAt(hours, at)) ?? valid[0]
}

const isPhone: Record<ContactChannelType, boolean> = {
  phone: true,
  mobile: true,
  satellitePhone: true,
  disasterPriorityPhone: true,
  fax: false,
  email: false,
}

/** The telephone numbers of a contact, in its order. */
export function phonesOf(channels: readonly ContactChannel[]): string[] {
  return channels.filter(({ type }) => isPhone[type]).map(({ value }) => value)
}

/** Whether a contact can be told by mail. */
export function hasMail(channels: readonly ContactChannel[]): boolean {
  return channels.some(({ type }) => type === 'email')
}

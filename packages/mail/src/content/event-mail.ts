// From the body of an event to what its mail says.

import type { MailContent } from './blocks.ts'
import { readEvent, reportOf } from './event.ts'
import { noticeMail } from './notice-mail.ts'
import { type MailLinks, reportMail } from './report-mail.ts'

/** Makes the mail of one event from the body that was cut for its receiver. Throws on what is no event. */
export function eventMail(body: string, links: MailLinks): MailContent {
  const event = readEvent(body)
  const view = reportOf(event)
  return view ? reportMail(event, view, links) : noticeMail(event, links)
}

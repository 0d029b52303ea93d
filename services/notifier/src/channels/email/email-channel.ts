// The channel of e-mail: the event that a webhook would get, as a mail for people.

import type { MailKit } from '../../mail/mail-kit.ts'
import { mailEvent } from '../../mail/subscription-mail.ts'
import type { Channel } from '../channel.ts'

/** Makes the channel; its connections are those of the mailer and close with it. */
export function makeEmailChannel(kit: MailKit): Channel {
  return {
    send: (notice, recipient) => mailEvent(kit, notice.body, recipient),
    close: () => kit.mailer.close(),
  }
}

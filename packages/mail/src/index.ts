// Mail: what a message says, and how it is handed to a mail server. The only place that talks SMTP.

export { isAddress } from './address.ts'
export {
  type BounceSubject,
  bounceToken,
  isOurBounce,
  type MarkedSubject,
  readBounceToken,
} from './bounce/bounce-token.ts'
export { bounceBytesMax, type BounceReport, readBounce } from './bounce/read-bounce.ts'
export type { Block, MailContent, MailParts } from './content/blocks.ts'
export { renderParts } from './content/blocks.ts'
export { digestMail } from './content/digest-mail.ts'
export { eventMail } from './content/event-mail.ts'
export { type MailEvent, readEvent, reportOf } from './content/event.ts'
export {
  type OrderLinks,
  orderMail as orderContent,
  type OrderToWrite,
} from './content/order-mail.ts'
export type { MailLinks } from './content/report-mail.ts'
export {
  composeMessage,
  digestIdentity,
  domainOf,
  eventIdentity,
  type MailIdentity,
  type MailSettings,
  type MailToSend,
  orderIdentity,
} from './message.ts'
export { createMailer, type Mailer, type MailerOptions } from './transport/mailer.ts'
export { type MailOutcome, outcomeOf, type SmtpError } from './transport/outcome.ts'

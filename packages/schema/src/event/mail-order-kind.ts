// What mails are for that are no deliveries of a subscription: `packages/db` stores them by this name,
// `packages/mail` has their words.

export type MailOrderKind =
  | 'escalation'
  | 'endpointFailing'
  | 'endpointSwitchedOff'
  | 'addressRefused'
  | 'subscriptionEnded'
  | 'contactConfirmation'
  | 'verification'

// What every sender of mails here needs: the mailer, the vault, and links that act once.

import { type Db, type NewLink, storeLinks } from '@renkei/db'
import { bounceToken, domainOf, type Mailer, type MarkedSubject } from '@renkei/mail'
import type { Clock, Logger } from '@renkei/service-kit'
import { bounceMark, linkToken, type Vault } from '@renkei/vault'

export interface MailKit {
  readonly db: Db
  readonly vault: Vault
  readonly mailer: Mailer
  readonly clock: Clock
  readonly log: Logger
  readonly newId: () => string
  /** Where people open links. */
  readonly publicUrl: string
  readonly from: string
  /** How long a link to answer or to confirm works. */
  readonly linkHours: number
}

/** The domain of Message-IDs. */
export function mailDomain({ from }: MailKit): string {
  return domainOf(from)
}

export interface LinkAbout {
  readonly organisationId: string
  readonly subscriptionId?: string
  readonly contactId?: string
  readonly report?: { readonly reportId: string; readonly revision: number }
  readonly targetHash?: Buffer
}

export interface MadeLinks {
  /** What is to be opened in a browser. */
  readonly url: string
  readonly link: NewLink
}

const hourMs = 3_600_000
const unsubscribeHours = 365 * 24

/**
 * Makes a link; it works when it is stored. The same one is made again for the same purpose, object
 * and place, so a mail that is sent again carries it.
 */
export function makeLink(
  kit: MailKit,
  purpose: NewLink['purpose'],
  about: LinkAbout,
  place: string,
): MadeLinks {
  const { organisationId, subscriptionId = null, contactId = null, report } = about
  const named = [subscriptionId ?? '', contactId ?? '', report?.reportId ?? '']
  const revision = report?.revision ?? null
  const parts = [purpose, organisationId, ...named, String(revision), place]
  const token = linkToken(kit.vault, parts)
  const hours = purpose === 'unsubscribe' ? unsubscribeHours : kit.linkHours
  const createdAt = kit.clock.now()
  return {
    url: `${kit.publicUrl.replace(/\/$/, '')}/m/${token}`,
    link: {
      token,
      purpose,
      organisationId,
      subscriptionId,
      contactId,
      reportId: report?.reportId ?? null,
      revision,
      targetHash: about.targetHash ?? null,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + hours * hourMs),
    },
  }
}

/** Stores links before the mail that carries them goes. */
export async function keepLinks(kit: MailKit, made: readonly MadeLinks[]): Promise<void> {
  await storeLinks(
    kit.db,
    made.map(({ link }) => link),
  )
}

/** The token of the return address for a subscription or an order. */
export function returnToken({ vault }: MailKit, subject: MarkedSubject): string {
  return bounceToken(subject, (about) => bounceMark(vault, about))
}

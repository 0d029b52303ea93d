// Many events of the low levels in one mail: a list of what there is, then each of them in full.

import type { Block, MailContent } from './blocks.ts'
import { eventMail } from './event-mail.ts'
import { readEvent, statusMark } from './event.ts'
import { footer, type MailLinks } from './report-mail.ts'
import { plainSubject } from './subject.ts'

/** Makes one mail of events, in their order. What is not real marks the subject of the whole. */
export function digestMail(bodies: readonly string[], links: MailLinks): MailContent {
  const mails = bodies.map((body) => eventMail(body, {}))
  const marks = new Set(bodies.map((body) => statusMark(readEvent(body).messagestatus)))
  // Of real and not real together each says it for itself; a mark in front would be wrong for some.
  const [mark = ''] = marks.size === 1 ? marks : ['【訓練等を含む】']
  const subject = plainSubject(
    mark,
    `【まとめ】レベル0–1のお知らせ ${mails.length}件${labelsOf(bodies)}`,
  )
  const list: Block = {
    kind: 'text',
    text: mails.map(({ subject: said }) => `・${said}`).join('\n'),
  }
  return {
    subject,
    urgent: false,
    blocks: [
      { kind: 'title', text: subject },
      {
        kind: 'text',
        text: `レベル0と1のお知らせ${mails.length}件をまとめました。\nDigest of ${mails.length} notices of levels 0 and 1.`,
      },
      list,
      ...mails.flatMap(({ subject: title, blocks }): Block[] => [
        { kind: 'section', text: title },
        ...blocks.filter(
          (block) => block.kind === 'facts' || block.kind === 'text' || block.kind === 'banner',
        ),
      ]),
      ...footer(links, 'このまとめを受け取る理由: 貴組織の購読'),
    ],
  }
}

const labels = ['TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR']

// The narrowest label of all holds for the mail as a whole.
function labelsOf(bodies: readonly string[]): string {
  const found = new Set(bodies.map((body) => readEvent(body).tlp))
  const narrowest = labels.find((label) => found.has(label))
  return narrowest === undefined ? '' : ` [${narrowest}]`
}

// A mail before it is text or HTML: blocks that both parts are made of, so both say the same. All
// escaping is done here and nowhere else.

export type Block =
  /** What must be seen before anything else, such as that this is an exercise. */
  | { readonly kind: 'banner'; readonly text: string }
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'section'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly rows: readonly Fact[] }
  | { readonly kind: 'link'; readonly label: string; readonly url: string }
  | { readonly kind: 'small'; readonly text: string }

export type Fact = readonly [label: string, value: string]

export interface MailContent {
  readonly subject: string
  /** Levels 3 and 4: marked as important. */
  readonly urgent: boolean
  readonly blocks: readonly Block[]
}

export interface MailParts {
  readonly text: string
  readonly html: string
}

/** Writes both parts of a mail. */
export function renderParts({ subject, blocks }: MailContent): MailParts {
  return { text: `${blocks.map(toText).join('\n\n')}\n`, html: page(subject, blocks) }
}

function toText(block: Block): string {
  if (block.kind === 'facts') {
    return block.rows.map(([label, value]) => `${clean(label)}: ${clean(value)}`).join('\n')
  }
  if (block.kind === 'link') return `${clean(block.label)}:\n${block.url}`
  const [before, after] = textFrames[block.kind]
  return `${before}${clean(block.text)}${after}`
}

type Written = Exclude<Block['kind'], 'facts' | 'link'>

const textFrames: Record<Written, readonly [before: string, after: string]> = {
  banner: ['*** ', ' ***'],
  title: ['■ ', ''],
  section: ['―― ', ' ――'],
  text: ['', ''],
  small: ['', ''],
}

const font = "font-family:'Hiragino Sans','Noto Sans JP',Meiryo,sans-serif"
const wrap = 'overflow-wrap:anywhere;word-break:break-word'

function page(subject: string, blocks: readonly Block[]): string {
  return [
    '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeHtml(subject)}</title></head>`,
    `<body style="margin:0;background:#fff;color:#111;${font};font-size:16px;line-height:1.6">`,
    `<div style="max-width:640px;margin:0 auto;padding:16px;${wrap}">`,
    ...blocks.map(toHtml),
    '</div></body></html>',
  ].join('\n')
}

function toHtml(block: Block): string {
  if (block.kind === 'facts') {
    return `<dl style="margin:0 0 12px">${block.rows.map(factHtml).join('\n')}</dl>`
  }
  if (block.kind === 'link') return linkHtml(block)
  const [tag, style] = htmlFrames[block.kind]
  return `<${tag} style="${style}">${withBreaks(block.text)}</${tag}>`
}

const htmlFrames: Record<Written, readonly [tag: string, style: string]> = {
  banner: [
    'p',
    'margin:0 0 16px;padding:12px;border:3px solid #111;font-weight:bold;font-size:18px',
  ],
  title: ['h1', 'margin:0 0 12px;font-size:20px;line-height:1.4'],
  section: [
    'h2',
    'margin:24px 0 8px;padding-top:12px;border-top:2px solid #111;font-size:17px;line-height:1.4',
  ],
  text: ['p', 'margin:0 0 12px'],
  small: ['p', 'margin:12px 0;font-size:14px;color:#333'],
}

function factHtml([label, value]: Fact): string {
  return `<dt style="margin:8px 0 0;font-size:13px;color:#444">${escapeHtml(label)}</dt><dd style="margin:0">${withBreaks(value)}</dd>`
}

function linkHtml({ label, url }: Extract<Block, { kind: 'link' }>): string {
  const href = escapeHtml(url)
  return `<p style="margin:12px 0"><a href="${href}" style="display:inline-block;padding:10px 16px;border:2px solid #0b3d91;color:#0b3d91;font-weight:bold">${escapeHtml(label)}</a></p>`
}

function withBreaks(text: string): string {
  return escapeHtml(text).replaceAll('\n', '<br>')
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return clean(text).replaceAll(/[&<>"']/g, (found) => entities[found] ?? '')
}

// Line breaks stay; characters that no reader sees, and those that turn the order of others, go.
function clean(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(/(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069\uFEFF]/gu, ' ')
}

// HTML from templates in which everything that is put in is escaped. Only a template is HTML.

/** Text that is HTML already: the result of a template, and of nothing else. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Html | readonly Html[]

/** A template: strings are escaped, templates and lists of templates are put in as they are. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(written)))
}

/** Text in which `code` stands between grave accents, as HTML. */
export function proseHtml(text: string): Html {
  const pieces = text
    .split('`')
    .map((piece, index) => (index % 2 ? markup`<code>${piece}</code>` : markup`${piece}`))
  return markup`${pieces}`
}

function written(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return escapeHtml(String(part))
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')
}

import { expect, test } from 'vitest'
import { markup, proseHtml } from './markup.ts'

test('whatever is put into a template is escaped, in text and in attributes', () => {
  const evil = `"><script>alert('1')</script>&amp;`
  expect(markup`<p title="${evil}">${evil}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</p>',
  )
})

test('templates within templates are put in as they are', () => {
  const rows = ['a<', 'b'].map((text) => markup`<li>${text}</li>`)
  expect(markup`<ul>${rows}</ul>${3}`.text).toBe('<ul><li>a&lt;</li><li>b</li></ul>3')
})

test('a backslash that is put in stays one, and one in a template is an escape', () => {
  expect(markup`\n${'\\n'}`.text).toBe('\n\\n')
})

test('words between grave accents become code, escaped like all else', () => {
  expect(proseHtml('Send `If-Match: "<n>"` now').text).toBe(
    'Send <code>If-Match: &quot;&lt;n&gt;&quot;</code> now',
  )
})

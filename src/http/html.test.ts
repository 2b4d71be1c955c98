import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html, raw } from './html.ts'

test('text is escaped, markup and lists are not, nothing is printed for nothing', () => {
  const item = (text: string) => html`<li>${text}</li>`
  expect(
    html`<ul title="${`"'`}">${[item('<a>'), item('&')]}${undefined}${false}${raw('<hr>')}${0}</ul>`.toString(),
  ).toBe('<ul title="&quot;&#39;"><li>&lt;a&gt;</li><li>&amp;</li></ul>'.replace('</ul>', '<hr>0</ul>'))
})

test('no text can leave its place', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(html`${text}`.toString()).not.toMatch(/[<>"']/)
    }),
  )
})

import { eventTypes, prefectures } from '@renkei/schema'
import { describe, expect, test } from 'vitest'
import { renderParts } from './blocks.ts'
import { eventMail } from './event-mail.ts'

export const view = {
  reportId: '01900000-0000-7000-8000-000000000001',
  revision: 3,
  level: { value: 4, reasons: [{ text: { ja: '理由です', en: 'a reason' } }] },
  kind: 'congestion',
  messageStatus: 'actual',
  stage: 'update',
  state: 'investigating',
  tlp: 'TLP:AMBER',
  areas: [
    { type: 'prefecture', code: '13' },
    { type: 'prefecture', code: '14' },
  ],
  impacts: [
    {
      service: 'voiceEmergencyCapable',
      effect: 'degraded',
      users: { value: 1_200_000, qualifier: 'about' },
    },
    { service: 'mobileData', effect: 'unavailable' },
  ],
  texts: [
    { language: 'ja', headline: '電話がつながりにくい', request: '不要不急の発信はお控えください' },
    { language: 'en', headline: 'Calls are hard to place' },
  ],
  occurredAt: { at: '2026-05-01T00:00:00Z' },
}

export function body(change: object = {}, data: object = view): string {
  return JSON.stringify({
    specversion: '1.0',
    id: '01900000-0000-7000-8000-0000000000ee',
    type: eventTypes.updated,
    source: '/organisations/abc-mobile',
    subject: view.reportId,
    time: '2026-05-01T00:01:00Z',
    revision: 3,
    level: 4,
    tlp: 'TLP:AMBER',
    messagestatus: 'actual',
    ...change,
    data,
  })
}

const partsOf = (text: string, links = {}) => renderParts(eventMail(text, links))

describe('the subject of a report', () => {
  test('says level, area, what, state, revision and label, in this order', () => {
    expect(eventMail(body(), {}).subject).toBe(
      '【危機4】東京都ほか: 音声通話(緊急通報可)ほか 調査中 第3報 [TLP:AMBER]',
    )
  })

  test.each([
    ['exercise', '【訓練】【危機4】'],
    ['test', '【試験】【危機4】'],
  ])('of an %s begins with its mark, and the mail says it before anything else', (status, mark) => {
    const text = body({ messagestatus: status }, { ...view, messageStatus: status })
    expect(eventMail(text, {}).subject.startsWith(mark)).toBe(true)
    const parts = partsOf(text)
    expect(parts.text.startsWith(`*** ${mark.slice(0, 4)}`)).toBe(true)
    expect(parts.html.indexOf('This is not real')).toBeLessThan(parts.html.indexOf('<h1'))
  })

  test('takes no line break, no control and not more than a line from the report', () => {
    const name = `東京\r\nBcc: evil@example.jp\u0000\u202E${'長'.repeat(500)}`
    const areas = [{ type: 'text', name }]
    const { subject } = eventMail(body({}, { ...view, areas, impacts: undefined }), {})
    expect(subject).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(Array.from(subject).length).toBeLessThan(140)
    expect(subject).toMatch(/^【危機4】東京 Bcc.*\[TLP:AMBER\]$/)
  })
})

describe('the mail of a report', () => {
  const { text, html } = partsOf(body(), { acknowledge: 'https://r.example/m/a' })

  test('says it in Japanese first, then in English, in both parts', () => {
    for (const part of [text, html]) {
      const places = ['つながりにくい', '利用しづらい', 'Calls are hard'].map((word) =>
        part.indexOf(word),
      )
      expect(places.slice(0, 3)).toEqual(places.slice(0, 3).toSorted((a, b) => a - b))
      expect(places[0]).toBeGreaterThan(0)
    }
  })

  test('names the level by word, and the users and times as people read them', () => {
    expect(text).toContain('危機 (4)')
    expect(text).toContain('Crisis (4)')
    expect(text).toContain('約1,200,000人・回線')
    expect(text).toContain('2026-05-01 09:00 (日本時間)')
  })

  test('shows every field that the receiver may have, with the names of the contract', () => {
    expect(text).toContain('理由です')
    expect(text).toContain(view.reportId)
    expect(text).toMatch(/影響 \/ Impacts 1: .*voiceEmergencyCapable/)
  })

  test('shows a member that the contract does not know, and one with the name of a prototype', () => {
    const more = JSON.parse('{"new": {"deep": ["w1", {"x": "w2"}]}, "constructor": "w3"}') as object
    const shown = partsOf(body({}, { ...view, ...more }))
    for (const word of ['w1', 'w2', 'w3']) expect(shown.text).toContain(word)
  })

  test('names the whole country where all prefectures are named', () => {
    const areas = prefectures.map(({ code }) => ({ type: 'prefecture', code }))
    const mail = eventMail(body({}, { ...view, areas }), {})
    expect(mail.subject).toContain('【危機4】全国: ')
    expect(renderParts(mail).text).toContain('地域: 全国')
    const fewer = eventMail(body({}, { ...view, areas: areas.slice(1) }), {})
    expect(fewer.subject).toContain('【危機4】青森県ほか: ')
  })

  test('has the link to answer, and loads nothing from anywhere', () => {
    expect(html).toContain('href="https://r.example/m/a"')
    expect(text).toContain('https://r.example/m/a')
    expect(html).not.toMatch(/<(?:script|img|link|iframe|style|form|object)\b|url\(|src=|@import/i)
  })

  test('shows markup of a report as text', () => {
    const headline = `<img src=x onerror=alert(1)>"'&`
    const texts = [{ language: 'ja', headline }]
    const shown = partsOf(body({}, { ...view, texts }))
    expect(shown.html).not.toContain('<img')
    expect(shown.html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;')
    expect(shown.text).toContain(headline)
  })

  test.each([
    [1, 4, '第2報 は省かれました', 'Revisions left out: 2.'],
    [0, 4, '第1–2報 は省かれました', 'Revisions left out: 1–2.'],
  ])('names what was left out after revision %i', (previous, highest, ja, en) => {
    const shown = partsOf(body({ previousdeliveredrevision: previous, highestlevelsince: highest }))
    expect(shown.text).toContain(`${ja}。その間の最高レベルは危機(4)です。`)
    expect(shown.text).toContain(en)
  })

  test('names nothing as left out when nothing was', () => {
    expect(partsOf(body({ previousdeliveredrevision: 2 })).text).not.toContain('省かれ')
  })

  test('of levels 3 and 4 is urgent, of others not', () => {
    expect([4, 3, 2, 0].map((level) => eventMail(body({ level }), {}).urgent)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

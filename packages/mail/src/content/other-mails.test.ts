import { eventTypes, type MailOrderKind } from '@renkei/schema'
import { describe, expect, test } from 'vitest'
import { renderParts } from './blocks.ts'
import { digestMail } from './digest-mail.ts'
import { eventMail } from './event-mail.ts'
import { orderMail } from './order-mail.ts'

function event(type: string, data: object, change: object = {}): string {
  const named = { specversion: '1.0', id: 'e', source: '/organisations/abc', subject: 's-1' }
  return JSON.stringify({ ...named, type, time: '2026-05-01T00:00:00Z', level: 0, ...change, data })
}

describe('the mail of a notice', () => {
  test('tells that a report is to be read signed in, with its label and nothing of it', () => {
    const data = { reportId: 'r-1', revision: 2, reason: 'readSignedIn', href: '/v1/reports/r-1' }
    const mail = eventMail(event(eventTypes.reportNotice, data, { tlp: 'TLP:RED', level: 4 }), {})
    expect(mail.subject).toMatch(/^【危機4】報告があります。.*\[TLP:RED\]$/)
    expect(renderParts(mail).text).toContain('/v1/reports/r-1')
  })

  test('of an exercise begins with the mark', () => {
    const data = { reportId: 'r-1', reason: 'noLongerShared' }
    const mail = eventMail(event(eventTypes.reportNotice, data, { messagestatus: 'exercise' }), {})
    expect(mail.subject.startsWith('【訓練】')).toBe(true)
    expect(renderParts(mail).text.startsWith('*** 【訓練】')).toBe(true)
  })

  test('shows an agreement in the words of the contract', () => {
    const data = { agreementId: 'a-1', proposer: 'abc', ndaReference: 'NDA-12' }
    const { text } = renderParts(eventMail(event(eventTypes.agreementProposed, data), {}))
    expect(text).toContain('共有の取決めが提案されました')
    expect(text).toContain('An agreement has been proposed')
    expect(text).toMatch(/NDA.*: NDA-12/)
  })

  test('of a type without words of its own still shows its data', () => {
    const { text } = renderParts(eventMail(event('jp.renkei.other.v1', { some: 'thing' }), {}))
    expect(text).toContain('jp.renkei.other.v1')
    expect(text).toContain('some: thing')
  })

  test('is not made of what is no event', () => {
    for (const body of ['null', '{}', '[]', '"x"']) expect(() => eventMail(body, {})).toThrow()
  })
})

describe('a digest', () => {
  const report = (revision: number, change: object = {}) =>
    event(
      eventTypes.updated,
      { revision, state: 'monitoring', kind: 'fault', areas: [{ type: 'prefecture', code: '47' }] },
      { level: 1, tlp: 'TLP:GREEN', revision, ...change },
    )

  test('lists what there is and shows each in full, under the narrowest label', () => {
    const mail = digestMail([report(1), report(2, { tlp: 'TLP:AMBER' })], {
      unsubscribe: 'https://r.example/m/u',
    })
    expect(mail.subject).toBe('【まとめ】レベル0–1のお知らせ 2件 [TLP:AMBER]')
    const { text } = renderParts(mail)
    expect(text.match(/【軽微1】沖縄県: 障害 ほぼ回復 第[12]報/g)?.length).toBe(4)
    expect(text).toContain('https://r.example/m/u')
    expect(text.match(/Unsubscribe/g)).toHaveLength(1)
  })

  test('of exercises only begins with the mark; of both it says that there are some', () => {
    const exercise = report(1, { messagestatus: 'exercise' })
    expect(digestMail([exercise], {}).subject).toMatch(/^【訓練】/)
    const both = digestMail([exercise, report(2)], {})
    expect(both.subject).toMatch(/^【訓練等を含む】/)
    expect(renderParts(both).text).toContain('EXERCISE')
  })
})

describe('an ordered mail', () => {
  const kinds: MailOrderKind[] = [
    'escalation',
    'endpointFailing',
    'endpointSwitchedOff',
    'addressRefused',
    'subscriptionEnded',
    'contactConfirmation',
    'verification',
  ]

  test.each(kinds)('%s says in both languages what it is about and what to do', (kind) => {
    const order = { kind, organisationId: 'abc', level: 0, data: { reason: '410 Gone', extra: 1 } }
    const { text } = renderParts(orderMail(order, {}))
    expect(text).toMatch(/[ぁ-ん]{4}/)
    expect(text).toMatch(/\w+ \w+ \w+/)
    expect(text).toContain('410 Gone')
    expect(text).toContain('extra: 1')
  })

  test('that says what is switched off says what is still tried, and how the rest comes', () => {
    const order = { kind: 'endpointSwitchedOff', organisationId: 'a', level: 0, data: {} } as const
    const { text } = renderParts(orderMail(order, {}))
    expect(text).toContain('レベル3と4は引き続き送信を試みます')
    expect(text).toMatch(/Levels 3 and 4 are still tried\. One success .* on again\. Replay/)
  })

  test('of an exercise begins with the mark, also in an escalation', () => {
    const data = { messageStatus: 'exercise', title: '東京都' }
    const { subject } = orderMail({ kind: 'escalation', organisationId: 'a', level: 4, data }, {})
    expect(subject).toMatch(/^【訓練】【危機4】報告への応答がありません: 東京都$/)
  })

  test('carries the link that it is for', () => {
    const order = { organisationId: 'a', level: 0, data: {} }
    const verify = orderMail({ ...order, kind: 'verification' }, { verify: 'https://r/m/v' })
    expect(renderParts(verify).text).toContain('https://r/m/v')
    const escalation = orderMail({ ...order, kind: 'escalation' }, { acknowledge: 'https://r/m/a' })
    expect(renderParts(escalation).html).toContain('href="https://r/m/a"')
  })

  test('is bounded whatever its data are', () => {
    const data = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`k${index}`, 'x'.repeat(5000)]),
    )
    const order = { kind: 'endpointFailing', organisationId: 'a', level: 0, data } as const
    expect(renderParts(orderMail(order, {})).html.length).toBeLessThan(100_000)
  })
})

import { expect, test } from 'vitest'
import { parseAcknowledgement, parseAcknowledgementFrame } from './parse-acknowledgement.ts'

const request = {
  revision: 2,
  kind: 'assessed',
  answer: 'impacted',
  by: 'NOC当直',
  remark: '関東の相互接続点で呼損を確認',
}

test('an acknowledgement is accepted unchanged, whole or with only what is needed', () => {
  expect(parseAcknowledgement(request)).toEqual({ ok: true, request })
  const bare = { revision: 1, kind: 'seen' }
  expect(parseAcknowledgement(bare)).toEqual({ ok: true, request: bare })
})

test.each([
  ['no revision', { kind: 'seen' }, '/revision required'],
  ['revision 0', { revision: 0, kind: 'seen' }, '/revision range'],
  ['half a revision', { revision: 1.5, kind: 'seen' }, '/revision type'],
  ['a kind that is none', { revision: 1, kind: 'read' }, '/kind enum'],
  [
    'an assessment without an answer',
    { ...request, answer: undefined },
    '/answer acknowledgement.answer',
  ],
  [
    'an answer without an assessment',
    { ...request, kind: 'seen' },
    '/answer acknowledgement.answer',
  ],
  ['an answer that is none', { ...request, answer: 'maybe' }, '/answer enum'],
  ['a remark that is too long', { ...request, remark: 'あ'.repeat(1001) }, '/remark tooLong'],
  ['a name of nothing', { ...request, by: '' }, '/by tooShort'],
  ['a line break in its name', { ...request, by: 'NOC\n当直' }, '/by pattern'],
  ['half a character in its remark', { ...request, remark: '\ud83d' }, '/remark text.unicode'],
  ['a member that is none', { ...request, via: 'mail' }, '/via unknownMember'],
  ['what is no object', 'seen', ' type'],
])('one with %s is refused by place', (_, value, fault) => {
  const parsed = parseAcknowledgement(JSON.parse(JSON.stringify(value)))
  const faults = parsed.ok ? [] : parsed.faults.map(({ pointer, rule }) => `${pointer} ${rule}`)
  expect(faults).toContain(fault)
})

test('a remark of a thousand characters is taken', () => {
  expect(parseAcknowledgement({ ...request, remark: 'あ'.repeat(1000) }).ok).toBe(true)
})

test('over the socket it names its report, and faults are named from the top of the message', () => {
  const acknowledge = { ...request, reportId: '01985a7c-6f00-7a3e-9c1d-2b4f6a8c0e12' }
  const frame = { messageId: 'a-1', acknowledge }
  expect(parseAcknowledgementFrame(frame)).toEqual({ ok: true, frame })
  const wrong = parseAcknowledgementFrame({ acknowledge: { ...acknowledge, kind: 'seen' } })
  expect(wrong).toMatchObject({ ok: false, faults: [{ pointer: '/acknowledge/answer' }] })
  expect(parseAcknowledgementFrame({ subscribe: {} }).ok).toBe(false)
})

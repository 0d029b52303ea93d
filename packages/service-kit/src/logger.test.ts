import { describe, expect, it } from 'vitest'
import { withoutSecrets } from './logger.ts'

describe('a log line', () => {
  it('never holds a secret, neither as a field nor in an object', () => {
    const line = withoutSecrets({
      reportId: 'r',
      apiKey: 'rk_1',
      subscription: { subscriptionId: 's', secret: 'whsec_1' },
      headers: { authorization: 'Bearer rk_1', accept: '*/*' },
    })
    expect(line).toEqual({
      reportId: 'r',
      subscription: { subscriptionId: 's' },
      headers: { accept: '*/*' },
    })
  })

  it('keeps an error as it is, for the serializer to write', () => {
    const err = new Error('away')
    expect(withoutSecrets({ err }).err).toBe(err)
  })

  it('costs a flat line no copy', () => {
    const line = { reportId: 'r', level: 4 }
    expect(withoutSecrets(line)).toBe(line)
  })
})

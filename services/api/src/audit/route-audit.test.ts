import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { checkRouteAudit, type RouteAudit } from './route-audit.ts'

function register(audit: RouteAudit | undefined, url = '/v1/things/:thingId') {
  const app = fastify()
  app.addHook('onRoute', checkRouteAudit)
  app.get(url, { config: { ...(audit && { audit }) } }, () => ({}))
}

test('a route that says what an access to it is, is taken', () => {
  register({ action: 'thing.read', objectType: 'thing', param: 'thingId' })
})

test('a route that does not say it is refused when it is registered', () => {
  expect(() => register(undefined)).toThrow('GET /v1/things/:thingId needs config.audit')
})

test.each([
  [{ action: 'read', objectType: 'thing' }, 'must be noun.verb'],
  [{ action: 'thing.read', objectType: 'thing', param: 'other' }, 'has no parameter other'],
])('a route that says it wrongly is refused: %j', (audit, why) => {
  expect(() => register(audit)).toThrow(why)
})

import { expect, test } from 'vitest'
import { startTestApi } from './build-test-app.ts'
import { openFeed } from './feed-client.ts'
import { sampleReport } from './sample-report.ts'

test(
  'a stop tells sockets 1001, answers long polls and finishes what was accepted',
  { timeout: 60_000 },
  async () => {
    const api = await startTestApi()
    const mobile = await api.addParty('example-mobile', 'carrier')
    const sockets = await Promise.all([0, 1, 2].map(() => openFeed(api, mobile, 'after=0')))
    const poll = mobile.request('/v1/events?after=0&wait=60')
    const idle = mobile.request('/v1/events?minLevel=4&wait=60')
    const { body } = await mobile.request('/v1/reports', { json: sampleReport('example-mobile') })
    expect((await poll).body.events).toMatchObject([{ id: body.eventId }])
    await Promise.all(sockets.map((socket) => socket.waitForEvents(1)))
    // Rejects when anything holds it up, such as the long poll that had almost a minute to go.
    await api.stopServer()
    expect(await idle).toMatchObject({ status: 200, body: { events: [] } })
    for (const socket of sockets) {
      expect(await socket.closed).toMatchObject({
        code: 1001,
        reason: expect.stringContaining('resume'),
      })
    }
    await expect(mobile.request('/v1/reports')).rejects.toThrow()
    const again = await startTestApi({ beside: api })
    const { body: read } = await mobile.at(again).request(body.links.self)
    expect(read.reportId).toBe(body.reportId)
    await again.stop()
    await api.stop()
  },
)

test('a stop does not wait for a socket that no longer reads', { timeout: 60_000 }, async () => {
  const api = await startTestApi()
  const mobile = await api.addParty('example-mobile', 'carrier')
  const client = await openFeed(api, mobile)
  client.socket.pause()
  await api.stop()
  client.socket.terminate()
})

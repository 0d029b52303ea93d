// One report with a label of its own on many of its parts: invented, of an invented carrier, and such
// that every audience sees another piece of it.

import type { Report } from '@renkei/schema'

type At = (minutes: number) => string

/** Makes the report as of an instant; its level is 3. */
export function mixedReport(organisation: string, now: Date): Report {
  const at: At = (minutes) => new Date(now.getTime() + minutes * 60_000).toISOString()
  return {
    schemaVersion: '1.0.0',
    kind: 'fault',
    messageStatus: 'actual',
    stage: 'initial',
    state: 'mitigating',
    stateReason: '迂回経路への切替作業中',
    reporter: { organisation, system: 'noc-console' },
    occurredAt: { at: at(-95), precision: 'exact' },
    detectedAt: { at: at(-90), precision: 'exact' },
    asOf: { at: at(-1), precision: 'exact' },
    ...impact,
    ...measures(at),
    interconnect: { pois: ['tokyo-2'], otherCarrierUsersAffected: true },
    estimate: [{ at: at(-1), target: at(120), confidence: 'low' }],
    nextUpdateBy: at(30),
    texts: [{ language: 'ja', headline: '東京都で音声通話が利用できない状況' }],
    contacts: [{ role: 'incident', name: 'NOC当直', phone: '+81-3-0000-0000', hours: '24/7' }],
    sensitive: { diagnostics: 'line card 3 of the router at the second site', vendor: 'example' },
    ...labels,
  }
}

const impact: Pick<Report, 'impacts' | 'emergencyCalls' | 'priorityCalls' | 'areas' | 'cause'> = {
  impacts: [
    {
      service: 'voiceEmergencyCapable',
      subtype: 'volte',
      effect: 'unavailable',
      users: { value: 120_000, qualifier: 'about' },
    },
  ],
  emergencyCalls: { effect: 'degraded', numbers: ['110', '119'], alternatives: ['公衆電話'] },
  priorityCalls: { effect: 'none' },
  areas: [
    { type: 'prefecture', code: '13', name: '東京都' },
    { type: 'poi', code: 'tokyo-2', name: '東京第二' },
  ],
  cause: { category: 'equipment', text: '中継ルータの故障', confirmed: false },
}

function measures(at: At): Pick<Report, 'traffic' | 'controls'> {
  return {
    traffic: [
      {
        at: at(-5),
        intervalSeconds: 300,
        service: 'voiceEmergencyCapable',
        attempts: 90_000,
        carried: 31_000,
        completionPercent: 34.4,
      },
    ],
    controls: [
      {
        kind: 'callPercentage',
        trafficType: 'voice',
        blockedPercentMin: 0,
        blockedPercentMax: 50,
        from: at(-40),
      },
    ],
  }
}

const labels: Pick<Report, 'tlp' | 'markings'> = {
  tlp: 'TLP:CLEAR',
  markings: [
    { pointer: '/stateReason', tlp: 'TLP:GREEN' },
    { pointer: '/areas/1', tlp: 'TLP:AMBER' },
    { pointer: '/cause', tlp: 'TLP:GREEN' },
    { pointer: '/traffic', tlp: 'TLP:AMBER' },
    { pointer: '/controls', tlp: 'TLP:GREEN' },
    { pointer: '/interconnect', tlp: 'TLP:AMBER+STRICT' },
  ],
}

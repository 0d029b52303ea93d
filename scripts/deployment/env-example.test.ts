// .env.example is the list of all settings: it leaves none out, has none too many, and tells the truth.

import { expect, test } from 'vitest'
import { readApiConfig } from '../../services/api/src/config.ts'
import { readNotifierConfig } from '../../services/notifier/src/config.ts'
import { interpolated } from './compose.ts'
import {
  apiSettings,
  exampleSettings,
  leastEnv,
  notifierSettings,
  scriptSettings,
} from './settings.ts'

const example = exampleSettings()

test('every setting that a service, a script or docker-compose.yml reads is listed', () => {
  const read = new Set([...apiSettings, ...notifierSettings, ...scriptSettings, ...interpolated])
  expect([...read].filter((name) => !example.has(name))).toEqual([])
  expect(apiSettings.size).toBeGreaterThan(20)
})

test('every setting that is listed is read', () => {
  const read = new Set([...apiSettings, ...notifierSettings, ...scriptSettings, ...interpolated])
  expect([...example.keys()].filter((name) => !read.has(name))).toEqual([])
})

test('what is listed is the default', () => {
  const given = { ...Object.fromEntries(example), ...leastEnv }
  expect(readApiConfig(given)).toEqual(readApiConfig(leastEnv))
  expect(readNotifierConfig(given)).toEqual(readNotifierConfig(leastEnv))
})

test('no secret has a value', () => {
  const secrets = [...example].filter(([name]) => /PASSWORD|SECRET|TOKEN|KEY$/.test(name))
  expect(secrets.length).toBeGreaterThan(0)
  expect(secrets.filter(([, value]) => value !== '')).toEqual([])
})

import { schemas } from '@renkei/schema'
import { expect, test } from 'vitest'
import { component, componentSchemas, localSchema } from './components.ts'
import { published } from './parts.ts'

const components = componentSchemas()

test('every part of every published schema is a component', () => {
  const roots = Object.values(schemas).filter((schema) => !('$ref' in schema))
  const parts = new Set(
    Object.values(schemas).flatMap((schema) => Object.keys('$defs' in schema ? schema.$defs : {})),
  )
  // Parts of the view that are not shared with the report come a second time.
  const views = Object.keys(components).filter(
    (name) => /.View$/.test(name) && name !== 'ReportView',
  )
  expect(Object.keys(components)).toHaveLength(roots.length + parts.size + views.length)
})

test('a part that the view changes has a name of its own, a code list has one name', () => {
  expect(components).toHaveProperty('Impact')
  expect(components).toHaveProperty('ImpactView')
  expect(components['Impact']).not.toEqual(components['ImpactView'])
  expect(components).toHaveProperty('ServiceCode')
  expect(components).not.toHaveProperty('ServiceCodeView')
})

test('references to a schema, to its parts and from within it lead to components', () => {
  expect(localSchema(published('report'))).toEqual(component('Report'))
  expect(localSchema(published('report-view', 'impact'))).toEqual(component('ImpactView'))
  expect(localSchema(published('report-view', 'kind'))).toEqual(component('Kind'))
  expect(localSchema(published('subscription'))).toEqual(component('Subscription'))
  expect(localSchema({ $ref: '#/$defs/area' }, schemas['report-view'].$id)).toEqual(
    component('AreaView'),
  )
})

test('refuses a reference to what is not published', () => {
  for (const reference of [
    published('report', 'nothing'),
    published('nothing'),
    { $ref: 'https://elsewhere.example/report.schema.json' },
  ]) {
    expect(() => localSchema({ items: reference })).toThrow('no part of the contract')
  }
})

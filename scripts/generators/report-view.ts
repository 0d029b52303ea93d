// Makes report-view.schema.json, what a receiver gets, from report.schema.json, so that the two
// cannot drift. A projection leaves fields out, and unknown members are ignored on receipt:
// so nothing but the identity of the report is needed, and every object is open.

type Json = Record<string, unknown>

const neededInView = ['reportId', 'revision', 'kind', 'messageStatus', 'state', 'level']

const dropped = new Set([
  'required',
  'allOf',
  'anyOf',
  'contains',
  'dependentRequired',
  'minItems',
  'minProperties',
  'readOnly',
  'x-needed-at',
  'examples',
])

export function reportViewSchema(report: Json): Json {
  const { $schema, $id, properties, $defs } = report
  return {
    $schema,
    $id: String($id).replace('report.schema.json', 'report-view.schema.json'),
    title: 'Report view',
    'x-title-ja': '報告(受信者に見える部分)',
    description:
      'A report as one receiver may see it: the same fields, of which any may be left out by the projection. Members that a receiver does not know are ignored.',
    type: 'object',
    required: neededInView,
    properties: mapSchemas(properties),
    additionalProperties: true,
    $defs: mapSchemas($defs),
  }
}

function mapSchemas(schemas: unknown): Json {
  const entries = Object.entries(schemas as Record<string, Json>)
  return Object.fromEntries(entries.map(([name, schema]) => [name, opened(schema)]))
}

function opened(schema: Json): Json {
  const view: Json = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (dropped.has(keyword)) continue
    if (keyword === 'properties') view[keyword] = mapSchemas(value)
    else if (keyword === 'items') view[keyword] = opened(value as Json)
    else view[keyword] = keyword === 'additionalProperties' ? true : value
  }
  return view
}

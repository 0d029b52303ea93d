// Parameters are checked against the same schemas that make the OpenAPI document. Bodies are not:
// the verbs parse them with the contract's own validator, which names every fault in words.

import { schemas } from '@renkei/schema'
import Ajv from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

/** Sets how the routes of an app check parameters and write answers. */
export function useContractValidation(app: FastifyInstance): void {
  const ajv = new Ajv.Ajv2020({
    allErrors: true,
    // "kind=fault" is a list of one; "limit=10" is a number. Only parameters are coerced.
    coerceTypes: 'array',
    useDefaults: true,
    strict: false,
  })
  formats.default(ajv)
  for (const schema of Object.values(schemas)) ajv.addSchema(schema)
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'body' ? () => true : ajv.compile(schema as object),
  )
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
}

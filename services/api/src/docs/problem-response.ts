// The refusal that any operation may answer with, with one example for each kind.

import { type ProblemSlug, problemTypes } from '../problem/problem-types.ts'
import { component } from './components.ts'
import type { Json } from './map-schema.ts'

/** The shared response of the OpenAPI document. */
export function problemResponses(publicUrl: string): Json {
  const slugs = Object.keys(problemTypes) as ProblemSlug[]
  return {
    Problem: {
      description:
        'Problem details (RFC 9457). `code` names the kind, `type` leads to a page that says what to do, `errors` lists every fault.',
      headers: {
        'Retry-After': {
          description: 'Seconds until it is worth trying again, where time helps.',
          schema: { type: 'integer', minimum: 0 },
        },
        'X-Request-Id': {
          description: 'Names the request, on every answer; the same as `requestId`.',
          schema: { type: 'string' },
        },
        'RateLimit-Policy': {
          description:
            'The limit that counts here, so many (`q`) in so many seconds (`w`), and its burst: `"reports";q=50;w=1, "reports-burst";q=200;w=60` (draft-ietf-httpapi-ratelimit-headers).',
          schema: { type: 'string' },
        },
        RateLimit: {
          description: 'What is left of it (`r`) for so many seconds (`t`): `"reports";r=12;t=1`.',
          schema: { type: 'string' },
        },
      },
      content: {
        'application/problem+json': {
          schema: {
            allOf: [component('Problem'), { type: 'object', properties: membersOf(slugs) }],
          },
          examples: Object.fromEntries(
            slugs.map((slug) => [
              slug,
              { summary: problemTypes[slug].titleJa, value: problemExample(slug, publicUrl) },
            ]),
          ),
        },
      },
    },
  }
}

/** What a refusal of one kind looks like. */
export function problemExample(slug: ProblemSlug, publicUrl: string): Json {
  const { status, title } = problemTypes[slug]
  return {
    type: `${publicUrl}/problems/${slug}`,
    title,
    status,
    code: slug,
    requestId: '01985a7c-8b20-7d31-9f40-1a2b3c4d5e6f',
  }
}

function membersOf(slugs: readonly string[]): Json {
  return {
    code: {
      type: 'string',
      description: 'The kind, as at the end of `type`. More kinds may come.',
      examples: slugs.slice(0, 1),
      'x-extensible-enum': slugs,
    },
    requestId: {
      type: 'string',
      description: 'Names the request when you ask the operator about it.',
    },
  }
}

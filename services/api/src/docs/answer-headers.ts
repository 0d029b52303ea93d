// Headers of answers that several routes share.

const always = { required: true, schema: { type: 'string' } } as const

export const etagHeader = {
  ETag: { description: 'The revision, in quotes: "3". Give it as `If-Match`.', ...always },
} as const

export const locationHeader = {
  Location: { description: 'The path of what was stored.', ...always },
} as const

export const replayedHeader = {
  'Idempotency-Replayed': {
    description: 'There when nothing was stored anew: this is the first answer to the key again.',
    schema: { type: 'string', const: 'true' },
  },
} as const

// What a reader of the feed says over its socket, and what it is answered. These are no events: they
// have no cursor and do not come again.

import { schemas } from '@renkei/schema'
import { component } from './components.ts'
import type { Json } from './map-schema.ts'

const { acknowledgementFrame, acknowledgementReply } = schemas.acknowledgement.$defs

/** The messages, by their names in the document. */
export const spokenMessages: Json = {
  Acknowledge: {
    title: acknowledgementFrame.title,
    'x-title-ja': acknowledgementFrame['x-title-ja'],
    description:
      'A text frame of at most 4096 bytes, from a key with `acknowledgements:write` that does not sign. Frames are taken one after the other, each counts as a request, and at most 16 may wait for their answer.',
    contentType: 'application/json',
    payload: component('AcknowledgementFrame'),
    examples: [{ name: 'seen', payload: acknowledgementFrame.examples[0] }],
  },
  AcknowledgeAnswer: {
    title: acknowledgementReply.title,
    'x-title-ja': acknowledgementReply['x-title-ja'],
    description:
      'One for each frame, in their order but for those that are refused because too many wait. It has `acknowledgement` or `problem`, and is no event: it has no `specversion`.',
    contentType: 'application/json',
    payload: component('AcknowledgementReply'),
    examples: [{ name: 'recorded', payload: acknowledgementReply.examples[0] }],
  },
}

/** References to them, for the channel. */
export const spokenReferences: Json = Object.fromEntries(
  Object.keys(spokenMessages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
)

/** The operation: Renkei receives one and answers it. */
export const receiveAcknowledgement: Json = {
  action: 'receive',
  title: 'Take an acknowledgement',
  channel: { $ref: '#/channels/feed' },
  messages: [{ $ref: '#/channels/feed/messages/Acknowledge' }],
  reply: {
    channel: { $ref: '#/channels/feed' },
    messages: [{ $ref: '#/channels/feed/messages/AcknowledgeAnswer' }],
  },
}

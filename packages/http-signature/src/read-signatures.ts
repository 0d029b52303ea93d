// The signatures of a request as they are written in its fields, before anything is believed. Narrower
// than RFC 9421: one signature unless told, no parameters on components, each component once.

import {
  type Dictionary,
  isInnerList,
  parseDictionary,
  serializeInnerList,
} from 'structured-headers'
import { type SignedMessage, singleField } from './message.ts'

export interface ReadSignature {
  readonly label: string
  /** What it covers, in its order. */
  readonly components: readonly string[]
  readonly keyId: string
  /** Seconds since 1970. */
  readonly created: number
  readonly expires: number | undefined
  readonly nonce: string | undefined
  readonly alg: string | undefined
  /** The two fields with this signature alone. */
  readonly fields: { readonly 'signature-input': string; readonly signature: string }
}

export type Reading =
  | { readonly ok: true; readonly signatures: readonly ReadSignature[] }
  | { readonly ok: false; readonly reason: string }

const fieldCharactersMax = 4096
const componentsMax = 32
const keyIdCharactersMax = 128

/** Reads the signatures of a message; there may be none. Refuses what is not clear in every part. */
export function readSignatures(headers: SignedMessage['headers'], signaturesMax = 1): Reading {
  const input = singleField(headers, 'signature-input')
  const signature = singleField(headers, 'signature')
  if (input === undefined && signature === undefined) return { ok: true, signatures: [] }
  if (typeof input !== 'string' || typeof signature !== 'string') {
    return refused('Signature-Input and Signature must each be there once')
  }
  if (input.length > fieldCharactersMax || signature.length > fieldCharactersMax) {
    return refused('a field of the signature is too long')
  }
  try {
    return readAll(parseDictionary(input), parseDictionary(signature), signaturesMax)
  } catch (error) {
    if (error instanceof Unclear) return refused(error.message)
    return refused('the fields of the signature are no dictionaries')
  }
}

class Unclear extends Error {}

const refused = (reason: string): Reading => ({ ok: false, reason })

function readAll(inputs: Dictionary, values: Dictionary, signaturesMax: number): Reading {
  const labels = [...inputs.keys()]
  if (labels.length !== values.size || !labels.every((label) => values.has(label))) {
    throw new Unclear('Signature-Input and Signature name different signatures')
  }
  if (labels.length === 0) throw new Unclear('the fields of the signature are empty')
  if (labels.length > signaturesMax) throw new Unclear('there are more signatures than are taken')
  return { ok: true, signatures: labels.map((label) => readOne(label, inputs, values)) }
}

function readOne(label: string, inputs: Dictionary, values: Dictionary): ReadSignature {
  const [input, value] = [inputs.get(label), values.get(label)]
  if (!input || !isInnerList(input)) throw new Unclear('Signature-Input is no list of components')
  if (!value || isInnerList(value) || !(value[0] instanceof ArrayBuffer)) {
    throw new Unclear('Signature is no byte sequence')
  }
  const [items, parameters] = input
  const text = (name: string) => textOf(parameters.get(name), name)
  const keyId = text('keyid')
  const created = secondsOf(parameters.get('created'), 'created')
  if (keyId === undefined || keyId.length > keyIdCharactersMax) throw new Unclear('no usable keyid')
  if (created === undefined) throw new Unclear('created is missing')
  return {
    label,
    components: readComponents(items),
    keyId,
    created,
    expires: secondsOf(parameters.get('expires'), 'expires'),
    nonce: text('nonce'),
    alg: text('alg'),
    fields: {
      'signature-input': `${label}=${serializeInnerList(input)}`,
      signature: `${label}=:${Buffer.from(value[0]).toString('base64')}:`,
    },
  }
}

type Items = Parameters<typeof serializeInnerList>[0][0]

function readComponents(items: Items): string[] {
  if (items.length > componentsMax) throw new Unclear('more components than are taken')
  const names = items.map(([name, parameters]) => {
    if (typeof name !== 'string' || name !== name.toLowerCase()) {
      throw new Unclear('a component is not named in lower case')
    }
    if (parameters.size > 0) throw new Unclear('a component has parameters, which are not taken')
    if (name === '@signature-params') throw new Unclear('@signature-params is no component')
    return name
  })
  if (new Set(names).size < names.length) throw new Unclear('a component is covered twice')
  return names
}

function textOf(value: unknown, name: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new Unclear(`${name} is no string`)
}

function secondsOf(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new Unclear(`${name} is no whole number of seconds`)
}

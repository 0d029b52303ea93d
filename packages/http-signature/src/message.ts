// A request as it is signed and verified: the same on both sides of every proxy.

export interface SignedMessage {
  readonly method: string
  /** The whole address as the sender wrote it, with its query: `https://host/path?query`. */
  readonly targetUri: string
  /** By name in lower case; a list where a field came on several lines. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The body byte for byte; empty or absent when there is none. */
  readonly body?: Uint8Array
}

/** A field that may come once only; undefined when it is absent, null when it came twice. */
export function singleField(
  headers: SignedMessage['headers'],
  name: string,
): string | undefined | null {
  const value = headers[name]
  if (value === undefined || typeof value === 'string') return value
  return value.length > 1 ? null : value[0]
}

/** True when there are bytes that a digest has to vouch for. */
export function hasBody(
  message: SignedMessage,
): message is SignedMessage & { readonly body: Uint8Array } {
  return message.body !== undefined && message.body.length > 0
}

/** The fields in the form that http-message-signatures reads. */
export function libraryHeaders(headers: SignedMessage['headers']): Record<string, string[]> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat()] as [string, string[]]],
  )
  return Object.fromEntries(entries)
}

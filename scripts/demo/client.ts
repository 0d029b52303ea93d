// The demo's HTTP client: what a NOC system needs of the API.

export interface ApiClient {
  /** Resolves to the JSON of a success. */
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<unknown>
}

export interface SendOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Makes a client with a key; an answer that is no success is thrown with its problem. */
export function makeClient(apiUrl: string, apiKey: string): ApiClient {
  return {
    send: async (method, path, { body, headers } = {}) => {
      const response = await fetch(new URL(path, apiUrl), {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(15_000),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return text === '' ? undefined : JSON.parse(text)
    },
  }
}

// What is measured must be the real thing: a webhook as it came, verified by the reference library.

import { Webhook } from 'standardwebhooks'

/** Throws unless one of the secrets verifies the request. */
export function checkSignature(request: string, secrets: readonly string[]): void {
  const [head = '', body = ''] = request.split('\r\n\r\n')
  const lines = head.split('\r\n').slice(1)
  const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]))
  const index = Number(/^POST \/\w+\/(\d+) /.exec(head)?.[1])
  new Webhook(secrets[index] ?? '').verify(body, headers)
}

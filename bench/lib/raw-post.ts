// One POST of a report on a bare socket: a full client would take the processor from what is measured.

import type { Socket } from 'node:net'

export interface RawPost {
  readonly bytes: Buffer
  /** Where the idempotency key stands: each request has its own. */
  readonly keyAt: number
}

/** The bytes of a request. */
export function writeRequest(
  report: string,
  { apiUrl, apiKey }: { readonly apiUrl: string; readonly apiKey: string },
): RawPost {
  const body = Buffer.from(report)
  const key = crypto.randomUUID()
  const head = [
    'POST /v1/reports HTTP/1.1',
    `host: ${new URL(apiUrl).host}`,
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    `idempotency-key: "${key}"`,
    '\r\n',
  ].join('\r\n')
  return { bytes: Buffer.concat([Buffer.from(head), body]), keyAt: head.indexOf(key) }
}

const answerMsMax = 10_000

/** Resolves to the whole answer once it is complete. */
export function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const done = () => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
    }
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!isComplete(text)) return
      done()
      resolve(text)
    }
    const fail = (why: string) => {
      done()
      reject(new Error(`${why} after "${text.slice(0, 200)}"`))
    }
    const onClose = () => fail('connection closed')
    const timer = setTimeout(() => fail('no answer in time'), answerMsMax)
    socket.on('data', onData).on('close', onClose)
  })
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]
  return length !== undefined && text.length >= end + 4 + Number(length)
}

// A part of a benchmark that runs in a process of its own, so that it does not share an event loop
// with what is measured. One question at a time over IPC, each with a time limit; the process ends
// with the benchmark, however that ends.

import { fork } from 'node:child_process'
import { onStop } from './stops.ts'

export interface Worker<Ask, Answer> {
  /** Rejects after `timeoutMs`, when the worker fails, and when it has ended. */
  ask(question: Ask, timeoutMs: number): Promise<Answer>
  stop(): Promise<void>
}

/** Starts `bench/lib/<file>`; it is stopped at the end of the benchmark at the latest. */
export function startWorker<Ask, Answer>(file: string): Worker<Ask, Answer> {
  const child = fork(new URL(file, import.meta.url), { serialization: 'advanced' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const worker: Worker<Ask, Answer> = {
    ask: (question, timeoutMs) =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer)
          child.off('message', onMessage).off('exit', onExit)
        }
        const fail = (why: string) => {
          done()
          reject(new Error(`${file} ${why}`))
        }
        const onMessage = (message: { answer: Answer } | { error: string }) => {
          if ('error' in message) return fail(message.error)
          done()
          resolve(message.answer)
        }
        const onExit = () => fail('has ended')
        const timer = setTimeout(() => fail(`gave no answer in ${timeoutMs} ms`), timeoutMs)
        child.on('message', onMessage).on('exit', onExit)
        child.send(question as object)
      }),
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
  onStop(() => worker.stop())
  return worker
}

/** The worker's side: answers each question in turn. */
export function serve(answerTo: (question: never) => Promise<unknown>): void {
  process.on('message', (question) => {
    answerTo(question as never).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: `failed: ${String((error as Error).stack)}` }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}

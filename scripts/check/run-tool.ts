// A tool of node_modules as a step of the check: what it prints matters only when it fails.

import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { root } from '../system/paths.ts'
import type { Findings } from './findings.ts'

/** Runs a tool at the root; its output is the finding when it ends with anything but 0. */
export async function runTool(tool: string, args: readonly string[]): Promise<Findings> {
  const PATH = `${root}node_modules/.bin${delimiter}${process.env['PATH'] ?? ''}`
  const child = spawn(tool, args, {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk))
  }
  const end = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? '' : String(signal ?? code)))
  })
  if (end === '') return { problems: [] }
  const text = Buffer.concat(output).toString().trim()
  return { problems: [`${text}\n(${tool} ended with ${end})`] }
}

// Known weaknesses of the packages: what runs in production must have none; those of the tools are told.
// A registry that cannot say is named as the reason for a skip, and a skip is no pass.

import { spawnSync } from 'node:child_process'
import { root } from '../system/paths.ts'
import { readAudit, type AuditAnswer } from './read-audit.ts'

const production = audit(['--omit=dev'])
if ('skipped' in production) {
  console.log(`skipped: ${production.skipped}`)
} else {
  const all = audit([])
  for (const line of production.findings) console.error(`production: ${line}`)
  if ('findings' in all) {
    const tools = all.findings.filter((line) => !production.findings.includes(line))
    for (const line of tools) console.log(`only in tools: ${line}`)
  }
  const failed = production.findings.length
  console.log(`${failed === 0 ? 1 : 0} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

function audit(options: readonly string[]): AuditAnswer {
  const { stdout, error } = spawnSync(
    'npm',
    ['audit', '--json', '--audit-level=low', '--fetch-retries=1', ...options],
    { cwd: root, encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
  )
  return readAudit(error ? error.message : stdout)
}

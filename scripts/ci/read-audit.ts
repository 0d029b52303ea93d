// What `npm audit --json` says: findings, or that nobody could be asked.

export type AuditAnswer = { readonly findings: readonly string[] } | { readonly skipped: string }

interface Report {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly severity: string; readonly range: string }>
  >
  readonly statusCode?: number
  readonly error?: { readonly code?: string | null }
}

/** One line for each package with a known weakness; never an address of the registry. */
export function readAudit(output: string): AuditAnswer {
  const report = parse(output)
  if (report?.vulnerabilities) {
    const findings = Object.entries(report.vulnerabilities)
    return {
      findings: findings.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`),
    }
  }
  const why = report?.statusCode ?? report?.error?.code ?? 'no answer that can be read'
  return { skipped: `the registry does not answer npm audit (${why})` }
}

function parse(output: string): Report | undefined {
  try {
    return JSON.parse(output) as Report
  } catch {
    return undefined
  }
}

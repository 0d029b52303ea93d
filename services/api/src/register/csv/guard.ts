// Cells that a spreadsheet would take for a formula get an apostrophe before them on the way out,
// and lose it on the way in, so that what was exported comes back as it was.

// As OWASP lists them ("CSV Injection"), with the wide forms that Japanese spreadsheets take too.
const formula = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/
const guarded = /^'+[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** A cell that no spreadsheet computes. */
export function guardCell(text: string): string {
  return formula.test(text) ? `'${text}` : text
}

/** What a cell holds; one that was written by hand without a guard is taken as it is. */
export function unguardCell(cell: string): string {
  return guarded.test(cell) ? cell.slice(1) : cell
}

// Generated from packages/schema/schemas/problem.schema.json by scripts/generators/report-types.ts.
// Change the schema and run: npm run generate

/**
 * Problem details of a refused request (RFC 9457). Members that a receiver does not know are ignored.
 */
export interface Problem {
  /**
   * URI reference that names the kind of problem.
   */
  type: string
  /**
   * Short name of the kind of problem.
   */
  title: string
  /**
   * HTTP status code.
   */
  status: number
  /**
   * Stable name of the kind of problem, the end of its type; programs compare this.
   */
  code?: string
  /**
   * What went wrong this time, and what to do.
   */
  detail?: string
  /**
   * Names this request in the logs of Renkei.
   */
  requestId?: string
  /**
   * URI reference of this occurrence.
   */
  instance?: string
  /**
   * Every fault that was found, not only the first.
   */
  errors?: ProblemError[]
  [k: string]: unknown
}
/**
 * One fault.
 */
export interface ProblemError {
  /**
   * JSON Pointer (RFC 6901) of the faulty member, or of the place where an absent one belongs.
   */
  pointer: string
  /**
   * Stable identifier of the rule that is broken.
   */
  rule: string
  /**
   * The fault in words.
   */
  detail: string
  /**
   * What would be right.
   */
  expected?: string
  [k: string]: unknown
}

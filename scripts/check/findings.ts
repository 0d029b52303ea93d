// What a step of the check found: nothing when it passes.

export interface Findings {
  readonly problems: readonly string[]
  /** Said beside the step, passed or not. */
  readonly note?: string
}

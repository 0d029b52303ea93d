// What every benchmark is: a sentence, and a run that ends with both sides and their ratio.

export interface BenchOptions {
  /** Repeats of each side; the median counts. */
  readonly runs: number
  /** Length of one repeat where it has a length. */
  readonly seconds: number
  /** How much of the full size is measured: 1 is all of it. */
  readonly scale: number
}

export interface BenchResult {
  readonly ours: number
  /** Null when the peer is not installed. */
  readonly theirs: number | null
  /** ours / theirs. */
  readonly ratio: number | null
  readonly unit: string
  readonly runs: number
  readonly [more: string]: unknown
}

export interface Bench {
  readonly about: string
  readonly run: (options: BenchOptions) => Promise<BenchResult>
}

// Urgent news has the processor: while level 4 is on its way, the lesser lanes hardly begin anything.
// That lasts as long as something of it begins, and for a moment after; when it lasts for seconds, the
// lesser lanes get more again, so that a flood of urgent news does not starve them.

const calmAfterMs = 150
const strictMsMax = 2000
const strictPart = 1 / 128
const laxPart = 1 / 8

/** Makes what is called at each step of urgent news; `hurry` is told the part left to others, 1 for all. */
export function makeHurry(hurry: (part: number) => void, onCalm: () => void): () => void {
  let sinceMs: number | undefined
  let lastMs = 0
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    timer = undefined
    const calmInMs = lastMs + calmAfterMs - performance.now()
    if (calmInMs > 0) {
      timer = setTimeout(look, calmInMs)
      return
    }
    sinceMs = undefined
    hurry(1)
    onCalm()
  }
  return () => {
    lastMs = performance.now()
    sinceMs ??= lastMs
    hurry(lastMs - sinceMs < strictMsMax ? strictPart : laxPart)
    timer ??= setTimeout(look, calmAfterMs)
  }
}

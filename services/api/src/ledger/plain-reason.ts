// The reason of a delivery as its reporter may read it: what happened, without what was seen of the
// receiver's endpoint. Host names, certificate names and addresses are its owner's.

/** Leaves out what stands in brackets: the detail, which a receiver can even choose itself. */
export function plainReason(reason: string): string {
  const detail = reason.indexOf(' (')
  return detail === -1 ? reason : reason.slice(0, detail)
}

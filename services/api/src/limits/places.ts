// How many of something an organisation may hold at the same time: sockets, long polls, questions to
// the database before a report is queued.

export interface Places {
  /** Takes a place and returns how to leave it (once; more often does nothing); nothing when all are taken. */
  enter(organisationId: string): (() => void) | undefined
}

/** Makes `max` places for each organisation. */
export function makePlaces(max: number): Places {
  const taken = new Map<string, number>()
  const change = (organisationId: string, by: 1 | -1) => {
    const count = (taken.get(organisationId) ?? 0) + by
    if (count === 0) taken.delete(organisationId)
    else taken.set(organisationId, count)
  }
  return {
    enter(organisationId) {
      if ((taken.get(organisationId) ?? 0) >= max) return undefined
      change(organisationId, 1)
      let left = false
      return () => {
        if (!left) change(organisationId, -1)
        left = true
      }
    },
  }
}

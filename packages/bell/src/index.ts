// Doorbells: Postgres rows are the only record of work; a bell is a BullMQ job that says only
// "there is work in lane L". See the path table in `ARCHITECTURE.md`, step "ring".

export { type RingCounters } from './coalesce.ts'
export { byLane, type Lane, lanes } from './lanes.ts'
export { type BellListener, type ListenOptions, listenForBells } from './listen.ts'
export { migrateBellStore } from './migrate.ts'
export { type Bell, type BellOptions, openBell } from './ring.ts'
export type { BellStoreClient, BellLog, BellStorePool, BellStore } from './store.ts'

// What tests use: real servers, scripted faults, time that stands still until told.

export { createEmptyDatabase, createTestDatabase, runSql } from './database.ts'
export type { TestDatabase } from './database.ts'
export { waitFor } from './wait-for.ts'
export type { WaitOptions } from './wait-for.ts'

export * from './codes/areas.ts'

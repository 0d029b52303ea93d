// What the global set-up tells every test file about the one database server of the run.

export type TestServer = {
  adminUrl: string
  /** The database that all others are cloned from; nobody ever connects to it. */
  template: string
  /** Every database of this run has a name that begins so, and is dropped at its end. */
  prefix: string
}

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer
  }
}

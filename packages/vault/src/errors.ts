// Why something was not sealed or opened. No message holds a key, plain text or sealed text.

export class VaultError extends Error {
  override readonly name: string = 'VaultError'
}

/** The key-encryption key is not the one under which the data keys are wrapped. */
export class WrongKeyError extends VaultError {
  override readonly name = 'WrongKeyError'

  constructor(given: string, expected: readonly string[]) {
    super(
      `the key of RENKEI_KEY or RENKEI_KEY_FILE has the fingerprint ${given}, and this database expects ${expected.join(' or ')}: give the key with that fingerprint (docs/runbooks/keys.md)`,
    )
  }
}

/** Sealed under a data key that this database does not have, or that our key does not open. */
export class UnknownDataKeyError extends VaultError {
  override readonly name = 'UnknownDataKeyError'

  constructor(dataKeyId: string, context: string) {
    super(`the data key ${dataKeyId} of "${context}" is not known`)
  }
}

/** Changed after it was sealed, or moved away from the place it was sealed for. */
export class TamperedError extends VaultError {
  override readonly name = 'TamperedError'

  constructor(context: string) {
    super(`what is sealed at "${context}" was changed, or belongs to another place`)
  }
}

/** As many seals as one data key may make were made, and no new data key could be had. */
export class ExhaustedError extends VaultError {
  override readonly name = 'ExhaustedError'

  constructor(dataKeyId: string) {
    super(`the data key ${dataKeyId} must not seal more, and no other one is at hand`)
  }
}

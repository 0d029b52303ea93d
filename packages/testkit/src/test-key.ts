// The key-encryption key of tests: the same one for everything that meets on one database.

import { hash } from 'node:crypto'

/** As RENKEI_KEY takes it. */
export const testKey = hash('sha256', 'the key of tests', 'base64')

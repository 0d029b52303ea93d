// The setting that holds the key-encryption key, the same for everything that opens a vault.

import { parseKey } from './keys.ts'

export const keySetting = {
  name: 'RENKEI_KEY',
  fileName: 'RENKEI_KEY_FILE',
  parse: parseKey,
  is: 'the base64 text of exactly 32 bytes',
  how: '"npm run vault -- new-key" makes one (docs/runbooks/keys.md)',
} as const

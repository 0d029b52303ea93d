// Where things are, from the root of the repository.

import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** The folder of the embedded server and of the first key. */
export const stateFolder = `${root}.renkei/`

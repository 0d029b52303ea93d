// A secret setting: as it is in one variable, or in a file that a second one names. Nothing of it is
// ever repeated in a fault.

import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'

export interface SecretSetting<T> {
  /** The variable that holds the secret. */
  readonly name: string
  /** The variable that names a file with the secret. */
  readonly fileName: string
  /** Gives nothing for a text that is not usable. */
  readonly parse: (text: string) => T | undefined
  /** What the text must be, and how to come by one: for whoever reads the fault. */
  readonly is: string
  readonly how: string
}

/** Gives the secret, or the fault in words; exactly one of the two variables must be set. */
export function readSecret<T>(
  given: (name: string) => string | undefined,
  setting: SecretSetting<T>,
): { readonly secret: T } | { readonly fault: string } {
  const { name, fileName } = setting
  const text = given(name)
  const path = given(fileName)
  if (text !== undefined && path !== undefined) {
    return { fault: `${name} and ${fileName} must not both be set` }
  }
  if (text !== undefined) return parse(text, name, setting)
  if (path === undefined) {
    return { fault: `${name} or ${fileName} must be set: ${setting.how}` }
  }
  const file = readPrivateFile(path)
  return 'text' in file
    ? parse(file.text, `the file of ${fileName}`, setting)
    : { fault: `the file of ${fileName} ${file.fault}` }
}

function parse<T>(text: string, what: string, { parse, is, how }: SecretSetting<T>) {
  const secret = parse(text)
  return secret === undefined ? { fault: `${what} must be ${is}: ${how}` } : { secret }
}

const othersMask = 0o077
const sizeMax = 4096

/** Reads a file that only its owner may read; gives what is wrong with it otherwise. */
function readPrivateFile(path: string): { text: string } | { fault: string } {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { mode, size } = fstatSync(file)
    if ((mode & othersMask) !== 0) {
      const rights = (mode & 0o777).toString(8)
      return {
        fault: `may be used by its group or by others (mode ${rights}): chmod 600 ${path}`,
      }
    }
    if (size > sizeMax) return { fault: `is too long (${size} bytes)` }
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    return { fault: `cannot be read: ${(error as Error).message}` }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

// From the URL that a subscriber gave to what we may send to, or the rule that it breaks. The URL
// parser turns every spelling of an IPv4 address (octal, hexadecimal, short, full-width …) into
// its plain form, so a literal is judged as what it is.

import { isIP } from 'node:net'
import type { AddressGuard } from './address-guard.ts'

export interface Target {
  readonly ok: true
  readonly origin: string
  readonly path: string
}

export interface RefusedTarget {
  readonly ok: false
  readonly rule: 'target.url' | 'target.scheme' | 'target.credentials' | 'target.address'
  readonly detail: string
}

const charactersMax = 2_048

/** Reads a target; refuses what can never be allowed. A host name is judged when it is resolved. */
export function readTarget(text: string, guard: AddressGuard): Target | RefusedTarget {
  if (text.length > charactersMax) {
    return refuse('target.url', `a URL has at most ${charactersMax} characters`)
  }
  const url = URL.parse(text)
  if (!url) return refuse('target.url', 'this is not a URL')
  const secure = url.protocol === 'https:'
  if (!secure && !(url.protocol === 'http:' && guard.allowsHttp)) {
    return refuse('target.scheme', 'a URL begins with https://')
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('target.credentials', 'a URL has no user name and no password in it')
  }
  const literal = url.hostname.replaceAll(/^\[|\]$/g, '')
  const why = isIP(literal) === 0 ? null : guard.whyBlocked(literal, secure)
  if (why !== null) return refuse('target.address', `${literal} is ${why}`)
  return { ok: true, origin: url.origin, path: url.pathname + url.search }
}

function refuse(rule: RefusedTarget['rule'], detail: string): RefusedTarget {
  return { ok: false, rule, detail }
}

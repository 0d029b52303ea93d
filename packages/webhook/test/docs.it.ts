// The examples of docs/webhooks.md, run as they stand there, on requests that the sender really sent
// and on what others would make of them.

import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { publicKeyOf } from '@renkei/http-signature'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newSecret } from '../src/index.ts'
import { makeSender, message, secret, startReceiver } from './world.ts'

const page = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8')
const blocks = new Map(
  [...page.matchAll(/^```\w+ ([\w-]+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
)
const blockOf = (name: string) => {
  const text = blocks.get(name)
  if (text === undefined) throw new Error(`docs/webhooks.md has no example ${name}`)
  return text
}

interface Case {
  readonly name: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly secret: string
  readonly directory: object
}

const previousSecret = newSecret()
const pair = generateKeyPairSync('ed25519')
const bytes = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
const { keyId } = publicKeyOf(bytes)
const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig' }
const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

const sentNow = (at = Date.now()) => ({ timestampSeconds: Math.floor(at / 1000) })
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'renkei-docs-'))
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
  symlinkSync(modules, join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true }))

// As the sender sends it, signed with both secrets and by the platform.
async function capture(at = Date.now()): Promise<Case> {
  const receiver = await startReceiver((_, response) => response.end())
  const platformKey = { keyId, privateKey: pair.privateKey }
  const sent = message(receiver.url, { previousSecret, platformKey, ...sentNow(at) })
  await makeSender().send(sent)
  const { headers, body } = receiver.received[0]!
  const directory = { keys: [{ ...other, kid: 'another', use: 'sig' }, jwk] }
  return { name: 'as sent', url: receiver.url, headers, body: String(body), secret, directory }
}

const withHeader = (one: Case, name: string, value: string): Case => ({
  ...one,
  name: `another ${name}`,
  headers: { ...one.headers, [name]: value },
})

async function secretCases() {
  const good = await capture()
  const [mine = ''] = good.headers['webhook-signature']!.split(' ')
  const stale = await capture(Date.now() - 301_000)
  const early = await capture(Date.now() + 320_000)
  return {
    genuine: [
      good,
      { ...good, name: 'with the previous secret', secret: previousSecret },
      withHeader(good, 'webhook-signature', `v1a,AAAA ${mine}`),
    ],
    tampered: [
      { ...good, name: 'another body', body: `${good.body} ` },
      { ...good, name: 'another secret', secret: newSecret() },
      { ...stale, name: 'too old' },
      { ...early, name: 'too new' },
      withHeader(good, 'webhook-id', 'event_2'),
      withHeader(good, 'webhook-timestamp', String(Number(good.headers['webhook-timestamp']) + 1)),
      withHeader(good, 'webhook-timestamp', 'soon'),
      withHeader(good, 'webhook-signature', ''),
      withHeader(good, 'webhook-signature', mine.replace('v1,', 'v2,')),
      withHeader(good, 'webhook-signature', `${mine.slice(0, 6)}${mine.slice(6).toLowerCase()}`),
      withHeader(good, 'webhook-signature', mine.slice(0, 12)),
    ],
  }
}

async function platformCases() {
  const good = await capture()
  const flipped = good.headers['signature']!.replace(
    /:(.)/,
    (_, first) => `:${first === 'A' ? 'B' : 'A'}`,
  )
  return {
    genuine: [good],
    tampered: [
      { ...good, name: 'another body', body: `${good.body} ` },
      { ...good, name: 'another address', url: `${good.url}2` },
      {
        ...good,
        name: 'a directory without the key',
        directory: { keys: [{ ...other, kid: 'x' }] },
      },
      {
        ...good,
        name: 'another key by that name',
        directory: { keys: [{ ...other, kid: keyId }] },
      },
      { ...(await capture(Date.now() - 301_000)), name: 'too old' },
      { ...(await capture(Date.now() + 90_000)), name: 'too new' },
      withHeader(good, 'webhook-id', 'event_2'),
      withHeader(good, 'content-type', 'application/json'),
      withHeader(good, 'content-digest', 'sha-256=:AAAA:'),
      withHeader(good, 'signature', flipped),
      withHeader(good, 'signature', ''),
      withHeader(good, 'signature-input', ''),
    ],
  }
}

type Verdicts = readonly boolean[]
const platformArguments = 'one.url, one.headers, body, one.directory'
const secretArguments = 'one.headers, body, one.secret'

function run(command: string, args: readonly string[], input: unknown): Verdicts {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    // Go asks for no C compiler, which need not be here.
    env: { ...process.env, CGO_ENABLED: '0' },
    input: JSON.stringify(input),
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return JSON.parse(stdout) as Verdicts
}

function runNode(name: string, given: string, cases: readonly Case[]): Verdicts {
  writeFileSync(join(folder, `${name}.mjs`), blockOf(name))
  const driver = `import { text } from 'node:stream/consumers'
import { verify } from './${name}.mjs'
const accepts = (one) => {
  const body = Buffer.from(one.body)
  try { verify(${given}); return true } catch { return false }
}
console.log(JSON.stringify(JSON.parse(await text(process.stdin)).map(accepts)))`
  writeFileSync(join(folder, `run-${name}.mjs`), driver)
  return run(process.execPath, [`run-${name}.mjs`], cases)
}

function runPython(name: string, given: string, cases: readonly Case[]): Verdicts {
  const driver = `import json, sys
from types import SimpleNamespace

def accepts(members):
    one = SimpleNamespace(**members)
    body = one.body.encode()
    try:
        verify(${given})
        return True
    except ValueError:
        return False

print(json.dumps([accepts(one) for one in json.load(sys.stdin)]))
`
  writeFileSync(join(folder, `${name}.py`), `${blockOf(name)}\n${driver}`)
  return run(
    name === 'python-rfc9421' ? (cryptographer ?? 'python3') : 'python3',
    [`${name}.py`],
    cases,
  )
}

function runGo(name: string, _: string, cases: readonly Case[]): Verdicts {
  const driver = `package main

import ("encoding/json"; "fmt"; "net/http"; "os")

func main() {
	var cases []struct { Headers map[string]string; Body, Secret string }
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil { panic(err) }
	verdicts := []bool{}
	for _, one := range cases {
		header := http.Header{}
		for name, value := range one.Headers { header.Set(name, value) }
		verdicts = append(verdicts, Verify(header, []byte(one.Body), one.Secret) == nil)
	}
	out, _ := json.Marshal(verdicts)
	fmt.Println(string(out))
}
`
  writeFileSync(join(folder, 'go.mod'), 'module receiver\n\ngo 1.21\n')
  writeFileSync(
    join(folder, `${name}.go`),
    blockOf(name).replace('package receiver', 'package main'),
  )
  writeFileSync(join(folder, 'main.go'), driver)
  return run('go', ['run', '.'], cases)
}

const isThere = (command: string, ...args: string[]) =>
  spawnSync(command, args, { timeout: 30_000 }).status === 0
// The first python3 may be one of another kind than the one that has the system's packages.
const cryptographer = ['python3', '/usr/bin/python3'].find((python) =>
  isThere(python, '-c', 'import cryptography'),
)
const python = isThere('python3', '--version')
const absent = {
  node: undefined,
  python: python ? undefined : '(python3 is not installed)',
  cryptography: cryptographer
    ? undefined
    : '(python3 with the package cryptography is not installed)',
  go: isThere('go', 'version') ? undefined : '(go is not installed)',
  curl:
    isThere('curl', '--version') && isThere('openssl', 'version')
      ? undefined
      : '(curl and openssl are not installed)',
}

const forSecret = { makeCases: secretCases, given: secretArguments }
const forPlatform = { makeCases: platformCases, given: platformArguments }

describe.each([
  ['node-library', { run: runNode, ...forSecret, missing: absent.node }],
  ['node-plain', { run: runNode, ...forSecret, missing: absent.node }],
  ['python-plain', { run: runPython, ...forSecret, missing: absent.python }],
  ['go-plain', { run: runGo, ...forSecret, missing: absent.go }],
  ['node-rfc9421', { run: runNode, ...forPlatform, missing: absent.node }],
  ['python-rfc9421', { run: runPython, ...forPlatform, missing: absent.cryptography }],
])('the example %s', (name, { run: runExample, makeCases, given, missing }) => {
  test.skipIf(missing !== undefined)(
    `accepts what was sent, and nothing that was changed ${missing ?? ''}`.trim(),
    { timeout: 90_000 },
    async () => {
      const { genuine, tampered } = await makeCases()
      const cases: readonly Case[] = [...genuine, ...tampered]
      const verdicts = runExample(name, given, cases)
      const told = cases.map((one, index) => [one.name, verdicts[index]])
      expect(told).toEqual([
        ...genuine.map((one) => [one.name, true]),
        ...tampered.map((one) => [one.name, false]),
      ])
    },
  )
})

test.skipIf(absent.curl !== undefined)(
  `the example curl-openssl sends what a receiver accepts, and with another secret what it refuses ${absent.curl ?? ''}`.trim(),
  { timeout: 60_000 },
  async () => {
    const receiver = await startReceiver((_, response, { body, headers }) => {
      try {
        new Webhook(secret).verify(body, headers)
        response.end()
      } catch {
        response.writeHead(401).end()
      }
    })
    const statuses = []
    for (const SECRET of [secret, newSecret()]) {
      const env = { ...process.env, URL: receiver.url, SECRET }
      const shell = spawn('bash', ['-euo', 'pipefail', '-c', blockOf('curl-openssl')], { env })
      statuses.push((await text(shell.stdout)).trim())
    }
    expect(statuses).toEqual(['200', '401'])
    expect(receiver.received[0]!.headers['content-type']).toContain('cloudevents+json')
  },
)

test('every example in the page is run here', () => {
  expect([...blocks.keys()].sort()).toEqual([
    'curl-openssl',
    'go-plain',
    'node-library',
    'node-plain',
    'node-rfc9421',
    'python-plain',
    'python-rfc9421',
  ])
})

import { expect, test } from 'vitest'
import { type Address, checkWebhookUrl, guardedLookup, isPublicAddress } from './addresses.ts'

const INTERNAL = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:0:127.0.0.1',
  '::ffff:10.0.0.1',
  // NAT64, local NAT64, 6to4 and Teredo of internal IPv4 addresses.
  '64:ff9b::7f00:1',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::a00:1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  'fc00::1',
  'fd12:3456::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '3fff::1',
  '5f00::1',
  '100::1',
  '2606:4700::1111%2',
]
const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '100.63.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
]

test('addresses that lead inside are told from those of the open internet', () => {
  for (const address of INTERNAL) expect(isPublicAddress(address), address).toBe(false)
  for (const address of PUBLIC) expect(isPublicAddress(address), address).toBe(true)
  for (const nonsense of ['', 'example.com', '1.1.1', '1.1.1.1.1', '[::1]', '1.1.1.1 '])
    expect(isPublicAddress(nonsense), nonsense).toBe(false)
})

test('an address is refused however it is spelled', () => {
  for (const url of [
    ...INTERNAL.filter((address) => !address.includes('%')).map((address) =>
      address.includes(':') ? `https://[${address}]/` : `https://${address}/`,
    ),
    // One number, octal, hexadecimal, short, wide digits, and a dot at the end: all of them 127.0.0.1 or an internal name.
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://１２７.0.0.1/',
    'https://127.0.0.1./',
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST/',
    'https://a.localhost/',
    'https://router/',
    'https://printer.local/',
    'https://db.internal/',
    'https://nas.home.arpa/',
    'https://x.internal./',
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//example.com',
    'x',
    '',
    'https://user@example.com/',
    'https://user:pass@example.com/',
    'https://:pass@example.com/',
  ])
    expect(() => checkWebhookUrl(url, { toLoopback: false }), url).toThrow()
  for (const url of ['https://example.com/hooks', 'https://1.1.1.1:8443/x?y=1', 'https://[2606:4700::1111]/'])
    expect(checkWebhookUrl(url, { toLoopback: false }).href).toBe(url)
})

test('on a laptop this machine is allowed, and nothing else that is internal', () => {
  const rules = { toLoopback: true }
  for (const url of [
    'http://localhost:3000/',
    'http://127.0.0.1/',
    'https://[::1]:8443/',
    'http://127.8.8.8/',
  ])
    expect(checkWebhookUrl(url, rules).protocol).toMatch(/^https?:$/)
  for (const url of [
    'http://example.com/',
    'https://10.0.0.1/',
    'https://169.254.169.254/',
    'http://[::ffff:127.0.0.1]/',
    'https://db.internal/',
  ])
    expect(() => checkWebhookUrl(url, rules), url).toThrow()
})

type Looked = { error: Error | null; address: unknown }

function look(
  resolve: () => Promise<readonly Address[]>,
  options: { all?: boolean; toLoopback?: boolean } = {},
) {
  const lookup = guardedLookup(resolve, { toLoopback: options.toLoopback ?? false })
  return new Promise<Looked>((done) =>
    lookup('pretty.example', { all: options.all ?? false }, (error, address) => done({ error, address })),
  )
}

test('what a name answers is what is connected to: one internal address among others refuses all, and a second look is none', async () => {
  const inside: Address = { address: '169.254.169.254', family: 4 }
  const outside: Address = { address: '1.1.1.1', family: 4 }
  expect((await look(async () => [outside])).address).toBe('1.1.1.1')
  expect((await look(async () => [outside], { all: true })).address).toEqual([outside])
  for (const addresses of [
    [inside],
    [outside, inside],
    [inside, outside],
    [{ address: '::1', family: 6 }],
    [],
  ])
    for (const all of [true, false])
      expect((await look(async () => addresses, { all })).error, JSON.stringify(addresses)).toBeInstanceOf(
        Error,
      )
  // A name that changes its answer: each look is judged by what it got itself.
  const answers = [[outside], [inside]]
  const rebinding = async () => answers.shift() ?? [inside]
  expect((await look(rebinding)).error).toBeNull()
  expect((await look(rebinding)).error).toBeInstanceOf(Error)
  // Only the name localhost may lead to this machine, even on a laptop.
  expect(
    (await look(async () => [{ address: '127.0.0.1', family: 4 }], { toLoopback: true })).error,
  ).toBeInstanceOf(Error)
  expect((await look(() => Promise.reject(new Error('NXDOMAIN')))).error?.message).toBe('NXDOMAIN')
})

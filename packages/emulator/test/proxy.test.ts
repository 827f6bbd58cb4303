import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ConnectionOptions,
  createServer as createTlsServer,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls'
import { ManualClock, systemClock } from '@tockwork/kernel'
import { ProxyAgent, fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, startProxy } from '../src/index.ts'
import { CertificateAuthority } from '../src/proxy/certificate-authority.ts'
import { isTikTokHost, tiktokDomains } from '../src/proxy/hosts.ts'
import { APP, AUTHORIZE, CONSENT, clip, has, initBody, proxiedEmulator, REDIRECT, run } from './proxy-flow.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tockwork-proxy-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (clock = systemClock, domains: readonly string[] = tiktokDomains) =>
  CertificateAuthority.open({ folder, domains, clock })

describe('certificate authority', () => {
  test('is made once; its key is for its owner alone, its certificate for everybody', async () => {
    const first = await open()
    expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600)
    expect(statSync(first.file).mode & 0o777).toBe(0o644)
    expect(readFileSync(first.file, 'utf8')).not.toContain('PRIVATE')
    expect((await open()).pem).toBe(first.pem)
    expect(readFileSync(first.bundleFile, 'utf8').split('BEGIN CERTIFICATE').length).toBeGreaterThan(50)
  })

  test('two that start at once agree on one', async () => {
    const [a, b] = await Promise.all([open(), open()])
    const kept = readFileSync(join(folder, 'ca-key.pem'), 'utf8')
    expect(kept).toContain((await open()).pem.trim())
    expect([a.pem, b.pem]).toContain((await open()).pem)
  })

  test('is made anew before it expires, when it does not cover the hosts, and when its file is damaged', async () => {
    const clock = new ManualClock(Date.parse('2026-11-24T12:00:00Z'))
    const first = await open(clock)
    await clock.advance(600 * 86_400_000)
    expect((await open(clock)).pem).toBe(first.pem)
    await clock.advance(110 * 86_400_000)
    const second = await open(clock)
    expect(second.pem).not.toBe(first.pem)
    const third = await open(clock, [...tiktokDomains, 'another.example'])
    expect(third.pem).not.toBe(second.pem)
    writeFileSync(join(folder, 'ca-key.pem'), 'nonsense')
    const fourth = await open(clock)
    expect(fourth.pem).not.toBe(third.pem)
    expect(readFileSync(fourth.file, 'utf8')).toBe(fourth.pem)
  })

  test('clients that trust it believe it about TikTok and about nothing else', async () => {
    const authority = await open()
    const connectAs = async (host: string): Promise<string> => {
      const leaf = await authority.issue(host)
      const server = createTlsServer({ cert: leaf.cert, key: leaf.key }).listen(0, '127.0.0.1')
      server.on('tlsClientError', () => {})
      await new Promise((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      return new Promise<string>((resolve) => {
        const socket = tlsConnect({ host: '127.0.0.1', port, servername: host, ca: authority.pem }, () =>
          resolve('trusted'),
        )
        socket.on('error', (error) => resolve(error.message))
        socket.on('close', () => server.close())
        socket.on('secureConnect', () => socket.end())
      })
    }
    expect(await connectAs('open.tiktokapis.com')).toBe('trusted')
    expect(await connectAs('www.tiktok.com')).toBe('trusted')
    expect(await connectAs('example.com')).toMatch(/permitted subtree violation/i)
    expect(await connectAs('tiktokapis.com.example.com')).toMatch(/permitted subtree violation/i)
  })

  test('the list of hosts takes names below a domain, and no look-alikes', () => {
    for (const host of [
      'open.tiktokapis.com',
      'upload.us.tiktokapis.com',
      'www.tiktok.com',
      'business-api.tiktok.com',
    ])
      expect(isTikTokHost(host), host).toBe(true)
    for (const host of [
      'tiktokapis.com.example.com',
      'eviltiktokapis.com',
      'www.tiktok.com.example',
      'localhost',
      '',
    ])
      expect(isTikTokHost(host), host).toBe(false)
  })
})

describe('addresses in answers', () => {
  const initAs = async (origin: string, host: string | undefined, forwarded: Record<string, string> = {}) => {
    const headers = { ...(host === undefined ? {} : { host }), ...forwarded }
    const ask = (path: string, init: RawInit) =>
      rawRequest(origin, path, { ...init, headers: { ...headers, ...init.headers } })
    const location = (await ask(new URL(AUTHORIZE).pathname + new URL(AUTHORIZE).search, form(CONSENT)))
      .headers.location
    const code = new URL(String(location)).searchParams.get('code') ?? ''
    const grant = { ...APP, grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
    const token = JSON.parse(
      (await ask('/v2/oauth/token/', form(new URLSearchParams(grant).toString()))).body,
    )
    const auth = { authorization: `Bearer ${token.access_token}` }
    const json = { ...auth, 'content-type': 'application/json' }
    const init = JSON.parse(
      (await ask('/v2/post/publish/video/init/', { method: 'POST', headers: json, body: initBody })).body,
    )
    const user = JSON.parse((await ask('/v2/user/info/?fields=avatar_url', { headers: auth })).body)
    return [new URL(init.data.upload_url), new URL(user.data.user.avatar_url)] as const
  }

  test('follow the name by which the client came', async () => {
    await using emulator = await startEmulator({ seed: 'addresses' })
    const plain = await initAs(emulator.origin, undefined)
    expect(plain.map((url) => url.origin)).toEqual([emulator.origin, emulator.origin])
    const tiktok = await initAs(emulator.origin, 'open.tiktokapis.com')
    expect(tiktok.map((url) => url.origin)).toEqual([
      'https://open-upload.tiktokapis.com',
      'https://p16-sign.tiktokcdn-us.com',
    ])
    expect(tiktok[0].pathname).toBe('/video/')
    const container = await initAs(emulator.origin, 'emulator:4747')
    expect(container[0].origin).toBe('http://emulator:4747')
    const behind = await initAs(emulator.origin, undefined, {
      'x-forwarded-host': 'tiktok.test',
      'x-forwarded-proto': 'https',
    })
    expect(behind[0].origin).toBe('https://tiktok.test')
    const through = await initAs(emulator.origin, undefined, { 'x-forwarded-host': 'open.tiktokapis.com' })
    expect(through[0].origin).toBe('https://open-upload.tiktokapis.com')
    const nonsense = await initAs(emulator.origin, undefined, { 'x-forwarded-host': 'a b"><' })
    expect(nonsense[0].origin).toBe(emulator.origin)
  })
})

describe('clients of others run unchanged', () => {
  test('curl, from consent to PUBLISH_COMPLETE, with nothing but HTTPS_PROXY and --cacert', async ({
    skip,
  }) => {
    if (!(await has('curl'))) skip('curl is not on this machine')
    const { emulator, proxy } = await proxiedEmulator()
    await using _ = emulator
    const env = { PATH: process.env.PATH, HTTPS_PROXY: proxy.url }
    const curl = async (...args: string[]): Promise<string> =>
      (await run('curl', ['--silent', '--show-error', '--cacert', proxy.caFile, ...args], { env })).stdout
    const location = await curl('-o', '/dev/null', '-w', '%{redirect_url}', '--data', CONSENT, AUTHORIZE)
    const code = new URL(location).searchParams.get('code') ?? ''
    const fields = { ...APP, grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
    const encoded = Object.entries(fields).flatMap(([name, value]) => [
      '--data-urlencode',
      `${name}=${value}`,
    ])
    const token = JSON.parse(await curl('https://open.tiktokapis.com/v2/oauth/token/', ...encoded))
    const auth = ['--header', `Authorization: Bearer ${token.access_token}`]
    const json = [...auth, '--header', 'Content-Type: application/json; charset=UTF-8']
    const post = 'https://open.tiktokapis.com/v2/post/publish'
    const user = JSON.parse(
      await curl(
        '-L',
        '-X',
        'GET',
        'https://open.tiktokapis.com/v2/user/info/?fields=open_id,avatar_url',
        ...auth,
      ),
    )
    expect(user.data.user.open_id).toBe(token.open_id)
    const picture = join(folder, 'avatar.png')
    await curl('-o', picture, user.data.user.avatar_url)
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG')

    const init = JSON.parse(await curl('--location', `${post}/video/init/`, ...json, '--data-raw', initBody))
    expect(init.data.upload_url).toMatch(
      /^https:\/\/open-upload\.tiktokapis\.com\/video\/\?upload_id=\d+&upload_token=/,
    )
    const file = join(folder, 'clip.mp4')
    writeFileSync(file, clip)
    const put = await curl(
      ...['--location', '--request', 'PUT', init.data.upload_url, '-w', '%{http_code}'],
      ...['--header', `Content-Range: bytes 0-${clip.length - 1}/${clip.length}`],
      ...['--header', 'Content-Type: video/mp4', '--data-binary', `@${file}`],
    )
    expect(put).toBe('201')
    await emulator.settle()
    const asked = JSON.stringify({ publish_id: init.data.publish_id })
    const status = JSON.parse(await curl(`${post}/status/fetch/`, ...json, '--data', asked))
    expect(status.data.status).toBe('PUBLISH_COMPLETE')
    expect(emulator.requests().map((one) => one.host)).toContain('open-upload.tiktokapis.com')
  })

  test('undici behind a ProxyAgent', async () => {
    const { emulator, proxy } = await proxiedEmulator()
    await using _ = emulator
    const ca = readFileSync(proxy.caFile, 'utf8')
    const dispatcher = new ProxyAgent({ uri: proxy.url, requestTls: { ca } })
    const answer = await undiciFetch('https://open.tiktokapis.com/v2/oauth/token/', {
      method: 'POST',
      body: new URLSearchParams({ ...APP, grant_type: 'client_credentials' }),
      dispatcher,
    })
    expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 7200 })
    const plain = await undiciFetch('http://www.tiktok.com/v2/auth/authorize/', { dispatcher })
    expect(await plain.text()).toContain('client_key')
    await expect(
      undiciFetch('https://open.tiktokapis.com/', { dispatcher: new ProxyAgent(proxy.url) }),
    ).rejects.toThrow('fetch failed')
    await dispatcher.close()
  })

  test('fetch and https of a Node program that knows only its environment', async () => {
    const { emulator, proxy } = await proxiedEmulator()
    await using _ = emulator
    const program = `
      import https from 'node:https'
      const fetched = await (await fetch('https://open.tiktokapis.com/v2/oauth/token/', {
        method: 'POST',
        body: new URLSearchParams({ client_key: 'tw-demo-app', client_secret: 'tw-demo-secret', grant_type: 'client_credentials' }),
      })).json()
      const got = await new Promise((resolve, reject) =>
        https.get('https://open.tiktokapis.com/v2/user/info?fields=open_id', (answer) => resolve(answer.resume().statusCode)).on('error', reject))
      console.log(JSON.stringify([fetched.token_type, got]))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
      env: { PATH: process.env.PATH, ...proxy.environment },
    })
    expect(JSON.parse(stdout)).toEqual(['Bearer', 401])
  })

  test("Python's urllib, from consent to PUBLISH_COMPLETE", async ({ skip }) => {
    if (!(await has('python3'))) skip('python3 is not on this machine')
    const { emulator, proxy } = await proxiedEmulator()
    await using _ = emulator
    const file = join(folder, 'clip.mp4')
    writeFileSync(file, clip)
    const script = join(import.meta.dirname, 'proxy-urllib.py')
    const { stdout } = await run('python3', [script, file, AUTHORIZE, CONSENT, REDIRECT, initBody], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...proxy.environment },
    })
    expect(JSON.parse(stdout)).toMatchObject({ put: 201, status: 'PUBLISH_COMPLETE', username: 'mika' })
  })

  test('an emulator in another process is reached by its origin, with bytes as they are', async () => {
    await using emulator = await startEmulator({ seed: 'other' })
    await using proxy = await startProxy({ origin: emulator.origin, caFolder: folder })
    const dispatcher = new ProxyAgent({
      uri: proxy.url,
      requestTls: { ca: readFileSync(proxy.caFile, 'utf8') },
    })
    const answer = await undiciFetch('https://www.tiktok.com/v2/auth/authorize', { dispatcher })
    expect([answer.status, emulator.requests()[0]?.host]).toEqual([400, 'www.tiktok.com'])
    await dispatcher.close()
  })
})

describe('TLS', () => {
  const handshake = async (url: string, options: ConnectionOptions) => {
    const { socket } = await connectLine(url, 'open.tiktokapis.com:443')
    return new Promise<TLSSocket>((resolve, reject) => {
      const secure = tlsConnect({ socket, servername: 'open.tiktokapis.com', ...options }, () =>
        resolve(secure),
      )
      secure.on('error', reject)
    })
  }

  test('1.2 and 1.3, with HTTP/1.1 for those who ask and nothing for those who insist on another', async () => {
    const { emulator, proxy } = await proxiedEmulator()
    await using _ = emulator
    const ca = readFileSync(proxy.caFile, 'utf8')
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const secure = await handshake(proxy.url, {
        ca,
        minVersion: version,
        maxVersion: version,
        ALPNProtocols: ['h2', 'http/1.1'],
      })
      expect([secure.getProtocol(), secure.alpnProtocol]).toEqual([version, 'http/1.1'])
      secure.destroy()
    }
    await expect(handshake(proxy.url, { ca, ALPNProtocols: ['h2'] })).rejects.toThrow(/application protocol/)
  })

  test('a certificate serves all connections to a host, and is made anew before it expires', async () => {
    const clock = new ManualClock(Date.parse('2026-11-24T12:00:00Z'))
    await using emulator = await startEmulator()
    await using proxy = await startProxy({ emulator, caFolder: folder, clock })
    const serial = async (): Promise<string> => {
      // The test's clock is not the machine's, by which certificates are judged.
      const secure = await handshake(proxy.url, { rejectUnauthorized: false })
      const { serialNumber, valid_to } = secure.getPeerCertificate()
      expect(Date.parse(valid_to)).toBeGreaterThan(clock.now())
      secure.destroy()
      return serialNumber
    }
    const first = await serial()
    expect(await serial()).toBe(first)
    await clock.advance(12 * 86_400_000)
    expect(await serial()).toBe(first)
    await clock.advance(1.5 * 86_400_000)
    expect(await serial()).not.toBe(first)
  })
})

describe('everything else', () => {
  let server: Server
  let port: number
  beforeEach(async () => {
    server = createServer((request, response) => {
      const hash = createHash('sha256')
      request.on('data', (part) => hash.update(part))
      request.on('end', () =>
        response.end(
          JSON.stringify({ path: request.url, headers: request.headers, sha: hash.digest('hex') }),
        ),
      )
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterEach(() => server.close())

  test('goes through untouched, tunnelled or with its whole address', async () => {
    await using emulator = await startEmulator()
    await using proxy = await startProxy({ emulator, caFolder: folder })
    const body = randomBytes(300_000)
    const sha = createHash('sha256').update(body).digest('hex')
    const dispatcher = new ProxyAgent({ uri: proxy.url, proxyTunnel: true })
    const tunnelled = await undiciFetch(`http://127.0.0.1:${port}/a?b=c`, {
      method: 'POST',
      body,
      dispatcher,
    })
    expect(await tunnelled.json()).toMatchObject({ path: '/a?b=c', sha })
    await dispatcher.close()
    const whole = await rawRequest(proxy.url, `http://127.0.0.1:${port}/d`, {
      headers: {
        'x-kept': '1',
        'proxy-authorization': 'Basic eA==',
        connection: 'x-gone',
        'x-gone': '1',
        host: 'wrong',
      },
    })
    const seen = JSON.parse(whole.body)
    expect(seen).toMatchObject({ path: '/d', headers: { 'x-kept': '1', host: `127.0.0.1:${port}` } })
    expect(Object.keys(seen.headers)).not.toContain('x-gone')
    expect(Object.keys(seen.headers)).not.toContain('proxy-authorization')
    expect(emulator.requests()).toEqual([])
  })

  test('a tunnel loses nothing: bytes sent too early, half-closed sides, a client that leaves after its last word', async () => {
    await using emulator = await startEmulator()
    await using proxy = await startProxy({ emulator, caFolder: folder })
    const heard: string[] = []
    // Answers only after the other side has said its last word.
    const echo = createNetServer({ allowHalfOpen: true }, (socket) => {
      let text = ''
      socket.on('error', () => {})
      socket.on('data', (part) => {
        text += part
      })
      socket.on('end', () => {
        heard.push(text)
        socket.end(text.toUpperCase())
      })
    }).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    const place = `127.0.0.1:${(echo.address() as AddressInfo).port}`
    const talk = async (leave: boolean): Promise<string> => {
      const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
      let got = ''
      socket.on('data', (part) => {
        got += part
      })
      socket.end(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\nsaid at once`)
      if (leave) socket.once('data', () => socket.destroySoon())
      await once(socket, 'close')
      return got
    }
    expect(await talk(false)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nSAID AT ONCE$/)
    await talk(true)
    await expect.poll(() => heard).toEqual(['said at once', 'said at once'])
    echo.close()
  })

  test('can be kept on this machine, or kept out', async () => {
    await using emulator = await startEmulator()
    await using local = await startProxy({ emulator, caFolder: folder, passThrough: 'loopback' })
    await using none = await startProxy({ emulator, caFolder: folder, passThrough: false })
    expect((await connectLine(local.url, `127.0.0.1:${port}`)).status).toBe(200)
    expect(await connectLine(local.url, 'example.com:443')).toMatchObject({
      status: 403,
      text: expect.stringContaining('not on this machine'),
    })
    expect(await connectLine(none.url, `127.0.0.1:${port}`)).toMatchObject({
      status: 403,
      text: expect.stringContaining('not a host of TikTok'),
    })
    expect((await rawRequest(none.url, `http://127.0.0.1:${port}/`)).status).toBe(403)
    expect((await connectLine(none.url, 'open.tiktokapis.com:443')).status).toBe(200)
  })

  test('says what is wrong when a place cannot be read or reached', async () => {
    await using emulator = await startEmulator()
    await using proxy = await startProxy({ emulator, caFolder: folder })
    // Nobody listens where somebody just stopped to.
    const dead = `127.0.0.1:${port}`
    await new Promise((resolve) => server.close(resolve))
    expect((await connectLine(proxy.url, 'no-port')).status).toBe(400)
    expect((await connectLine(proxy.url, '127.0.0.1:99999')).status).toBe(400)
    expect(await connectLine(proxy.url, dead)).toMatchObject({
      status: 502,
      text: expect.stringContaining(`${dead} cannot be reached`),
    })
    expect((await rawRequest(proxy.url, `http://${dead}/`)).status).toBe(502)
    const page = await rawRequest(proxy.url, '/')
    expect(page.body).toContain(`HTTPS_PROXY=${proxy.url}`)
    expect((await rawRequest(proxy.url, '/ca.pem')).body).toBe(readFileSync(proxy.caFile, 'utf8'))
    const pac = (await rawRequest(proxy.url, '/proxy.pac')).body
    expect(pac).toContain('shExpMatch(host, "*.tiktokapis.com")')
  })

  test('it listens on this machine alone, and closing it ends what is open', async () => {
    await using emulator = await startEmulator()
    const proxy = await startProxy({ emulator, caFolder: folder })
    expect(proxy.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
    const { socket } = await connectLine(proxy.url, `127.0.0.1:${port}`)
    const silent = (await connectLine(proxy.url, 'open.tiktokapis.com:443')).socket
    const ended = Promise.all(
      [socket, silent].map((one) => new Promise((resolve) => one.once('close', resolve))),
    )
    await proxy.close()
    await ended
  })

  test('a folder that cannot be written is said at once', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    chmodSync(file, 0o400)
    await using emulator = await startEmulator()
    await expect(startProxy({ emulator, caFolder: join(file, 'ca') })).rejects.toThrow(/ENOTDIR/)
    await expect(startProxy({ caFolder: folder })).rejects.toThrow('needs an emulator, or the origin of one')
  })
})

function form(body: string) {
  return { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }
}

interface RawInit {
  method?: string
  headers?: Record<string, string>
  body?: string
}

interface Raw {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A request whose target and headers, `host` included, go out as they are written here. */
async function rawRequest(origin: string, target: string, init: RawInit = {}): Promise<Raw> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const sent = request(
      {
        hostname,
        port,
        path: target,
        method: init.method ?? 'GET',
        headers: init.headers ?? {},
        agent: false,
      },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (part: string) => (body += part))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
      },
    )
    sent.on('error', reject)
    sent.end(init.body)
  })
}

async function connectLine(proxyUrl: string, target: string) {
  const { port } = new URL(proxyUrl)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  const text = await new Promise<string>((resolve) => socket.once('data', (part) => resolve(part.toString())))
  return { status: Number(text.split(' ')[1]), text, socket }
}

import { randomBytes, webcrypto } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Clock } from '@tockwork/kernel'
// The certificate library's own dependency injection needs it, and needs it first.
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { NAME_CONSTRAINTS_OID, nameConstraints } from './name-constraints.ts'

/** A certificate with its key, both PEM, as `tls.createServer` takes them. */
export interface Leaf {
  cert: string
  key: string
  /** Epoch milliseconds. */
  expiresAt: number
}

const SECRET_FILE = 'ca-key.pem'
const PUBLIC_FILE = 'ca.pem'
const BUNDLE_FILE = 'ca-bundle.pem'
const DAY_MS = 86_400_000
const CA_DAYS = 730
const LEAF_DAYS = 14
/** Made anew when less than this is left. */
const CA_MARGIN_DAYS = 30
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const crypto = webcrypto as unknown as Crypto

export interface AuthorityOptions {
  /** Holds `ca.pem` and `ca-bundle.pem`, to be trusted by clients, and `ca-key.pem`, readable by its owner alone. */
  folder: string
  /** What it may vouch for, with everything below. */
  domains: readonly string[]
  /** Real time: clients compare certificates with their own clock. */
  clock: Clock
}

/** A certificate authority of this machine, kept in a folder. It can vouch for its domains and for nothing else. */
export class CertificateAuthority {
  /** Path of the certificate that clients must trust. */
  readonly file: string
  /** The same with the usual public authorities, for clients whose setting replaces what they trust by default. */
  readonly bundleFile: string
  readonly pem: string
  readonly #certificate: x509.X509Certificate
  readonly #key: CryptoKey
  readonly #clock: Clock

  private constructor(folder: string, pem: string, key: CryptoKey, clock: Clock) {
    this.file = join(folder, PUBLIC_FILE)
    this.bundleFile = join(folder, BUNDLE_FILE)
    this.pem = pem
    this.#certificate = new x509.X509Certificate(pem)
    this.#key = key
    this.#clock = clock
  }

  /** Reads the folder's authority, or makes one when there is none, it is about to expire, or its domains have changed. */
  static async open({ folder, domains, clock }: AuthorityOptions): Promise<CertificateAuthority> {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    // Key and certificate in one file: two processes that start at once can never leave one half each.
    const secretFile = join(folder, SECRET_FILE)
    const publicFile = join(folder, PUBLIC_FILE)
    const bundleFile = join(folder, BUNDLE_FILE)
    let bundle = read(secretFile)
    if (bundle === undefined || !(await usable(bundle, domains, clock.now()))) {
      replace(secretFile, await make(domains, clock.now()), 0o600)
      bundle = read(secretFile) ?? ''
    }
    const [keyPem, certPem] = split(bundle)
    if (read(publicFile) !== certPem) replace(publicFile, certPem, 0o644)
    if (read(bundleFile)?.startsWith(certPem) !== true)
      replace(bundleFile, `${certPem}${rootCertificates.join('\n')}\n`, 0o644)
    return new CertificateAuthority(folder, certPem, await importKey(keyPem), clock)
  }

  /** A certificate for one host, signed by this authority. */
  async issue(host: string): Promise<Leaf> {
    const now = this.#clock.now()
    const keys = await newKeys()
    const expiresAt = Math.min(now + LEAF_DAYS * DAY_MS, this.#certificate.notAfter.getTime())
    const certificate = await x509.X509CertificateGenerator.create(
      {
        serialNumber: serial(),
        subject: `CN=${host.length <= 64 ? host : 'TikTok emulator'}`,
        issuer: this.#certificate.subject,
        notBefore: new Date(now - DAY_MS),
        notAfter: new Date(expiresAt),
        publicKey: keys.publicKey,
        signingKey: this.#key,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
          await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey, false, crypto),
        ],
      },
      crypto,
    )
    return {
      cert: `${certificate.toString('pem')}\n${this.pem}`,
      key: await exportKey(keys.privateKey),
      expiresAt,
    }
  }
}

async function make(domains: readonly string[], now: number): Promise<string> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      // A name of its own each time: a client that trusts an old one must not mix the two up.
      name: `CN=Tockwork emulator ${randomBytes(4).toString('hex')}, O=Local development only`,
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + CA_DAYS * DAY_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        new x509.Extension(NAME_CONSTRAINTS_OID, true, nameConstraints(domains)),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  )
  return `${await exportKey(keys.privateKey)}\n${certificate.toString('pem')}\n`
}

async function usable(bundle: string, domains: readonly string[], now: number): Promise<boolean> {
  try {
    const [keyPem, certPem] = split(bundle)
    await importKey(keyPem)
    const certificate = new x509.X509Certificate(certPem)
    const limits = certificate.getExtension(NAME_CONSTRAINTS_OID)
    return (
      limits !== null &&
      Buffer.from(limits.value).equals(nameConstraints(domains)) &&
      certificate.notBefore.getTime() <= now &&
      certificate.notAfter.getTime() > now + CA_MARGIN_DAYS * DAY_MS
    )
  } catch {
    // A damaged file cannot vouch for anything: a new one takes its place.
    return false
  }
}

/** Positive, at most 20 bytes, never the same twice. */
function serial(): string {
  return `01${randomBytes(15).toString('hex')}`
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>
}

async function exportKey(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function importKey(pem: string): Promise<CryptoKey> {
  const [bytes] = x509.PemConverter.decode(pem)
  if (bytes === undefined) throw new Error('no key in the file')
  return crypto.subtle.importKey('pkcs8', bytes, ALGORITHM, false, ['sign'])
}

function split(bundle: string): [key: string, certificate: string] {
  const start = bundle.indexOf('-----BEGIN CERTIFICATE')
  if (start < 0) throw new Error('no certificate in the file')
  return [bundle.slice(0, start).trim(), `${bundle.slice(start).trim()}\n`]
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** In one step: a reader sees the old file or the new one, never a part. */
function replace(path: string, content: string, mode: number): void {
  const fresh = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(fresh, content, { mode, flag: 'wx' })
  renameSync(fresh, path)
}

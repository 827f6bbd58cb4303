/** All operations of TikTok Shop. The table is kept packed and is unpacked at the first look-up. */
import type { Provenance } from '@tockwork/kernel'
import { type ShopEntity, type ShopOperation, shopHosts } from './operation.ts'
import type { ShopOperationId } from './operation-ids.generated.ts'
import { packedOperations } from './operations.generated.ts'

export type { ShopOperationId } from './operation-ids.generated.ts'

let unpacked: readonly ShopOperation[] | undefined

/** Every operation in every version, by domain, version and path. */
export function shopOperations(): readonly ShopOperation[] {
  unpacked ??= packedOperations.split('\n').map(unpack)
  return unpacked
}

/** A declared operation. @throws {RangeError} when there is none of that id, which the types rule out */
export function shopOperation(id: ShopOperationId): ShopOperation {
  const found = shopOperations().find((each) => each.id === id)
  if (found === undefined) throw new RangeError(`There is no operation ${id}.`)
  return found
}

/**
 * Operations that a name stands for, newest first: an id, an id without its version, or a path (with its placeholders or
 * with values in their place). `GET /path` picks the verb. Case does not matter. Empty when nothing fits.
 */
export function findShopOperations(name: string): ShopOperation[] {
  const [, method, rest = ''] = /^(?:(GET|POST|PUT|DELETE)\s+)?(.*)$/is.exec(name.trim()) ?? []
  const path = rest.replace(/^https?:\/\/[^/]+/i, '').replace(/[?#].*$/, '')
  const asked = path.toLowerCase()
  return shopOperations()
    .filter((each) => {
      if (method !== undefined && each.method !== method.toUpperCase()) return false
      if (asked.startsWith('/')) return samePath(each.path, path)
      const id = each.id.toLowerCase()
      return id === asked || id.slice(0, id.lastIndexOf('.')) === asked
    })
    .sort((a, b) => specificity(a.path) - specificity(b.path) || b.version.localeCompare(a.version))
}

/** A literal path wins over one whose placeholder would take the same text. */
function specificity(path: string): number {
  return path.split('{').length
}

function samePath(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.replace(/\/$/, '').split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => part.toLowerCase() === given[at]?.toLowerCase() || /^\{.+\}$/.test(part))
  )
}

const PROVENANCES: Readonly<Record<string, Provenance>> = { d: 'documented', o: 'observed', a: 'assumed' }

function unpack(line: string): ShopOperation {
  const [domain, version, method, rest, name, entity, scopes, flags, deprecated, retired, successor, known] =
    line.split('\t') as [string, string, string, string, string, string, string, ...string[]]
  const path = rest.startsWith('~') ? `/${domain}/${version}/${rest.slice(1)}` : rest
  const has = (flag: string): boolean => flags?.includes(flag) === true
  return {
    id: `shop.${domain}.${name}.${version}`,
    domain,
    version,
    name,
    method: method as ShopOperation['method'],
    host: entity === 'app' ? shopHosts.tokens : shopHosts.business,
    path,
    entity: entity as ShopEntity,
    ...(has('c') ? { cipherUnknown: true as const } : {}),
    scopes: scopes === '' ? [] : scopes.split(','),
    ...(has('s') ? { scopesInferred: true as const } : {}),
    encoding: has('m') ? 'multipart' : 'json',
    repeat: has('r') ? 'safe' : 'unless-sent',
    ...(has('p') ? { preview: true as const } : {}),
    lifecycle: {
      ...(deprecated ? { deprecated } : {}),
      ...(retired ? { retired } : {}),
      ...(has('u') ? { unconfirmed: true as const } : {}),
      ...(successor ? { successor } : {}),
    },
    provenance: PROVENANCES[known ?? 'd'] ?? 'assumed',
  }
}

import type { Endpoint } from '@tockwork/contracts'
import { businessEndpoints } from '@tockwork/contracts/business'

/** Whatever the slash at the end; the gateway judges that. */
export function findBusinessEndpoint(method: string, path: string): Endpoint | undefined {
  const slashed = path.endsWith('/') ? path : `${path}/`
  return businessEndpoints.find((endpoint) => endpoint.method === method && endpoint.path === slashed)
}

/** The method that a path takes, where it is known. */
export function methodsOf(path: string): string[] {
  return ['GET', 'POST'].filter((method) => findBusinessEndpoint(method, path) !== undefined)
}

import type { Platforms } from '../tokens/platforms.ts'
import type { TokenService } from '../tokens/token-service.ts'
import type { ConnectorAccess } from './connector-reading.ts'
import { toGrant } from './grant-tokens.ts'

/** Good grants of accounts on platforms behind the port. */
export function grantAccess(tokens: TokenService, platforms: Platforms): ConnectorAccess {
  return {
    withGrant: ({ workspaceId, accountId }, call) =>
      tokens.withAccess(workspaceId, accountId, async ({ appId, tokens: pair }) => {
        const { connector } = await platforms.connectorOf(workspaceId, appId)
        return call(connector, toGrant(pair))
      }),
  }
}

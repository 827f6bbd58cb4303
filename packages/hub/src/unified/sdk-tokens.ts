/** Tokens with which a page or an app opens the Connect flow for one user. */
import { createHash } from 'node:crypto'
import { defineOperation } from '@tockwork/api'
import type { Clock, Random } from '@tockwork/kernel'
import { z } from 'zod'
import { appendAudit } from '../storage/audit-log.ts'
import type { Database } from '../storage/database.ts'
import { findSdkToken, insertSdkToken, type StoredSdkToken } from '../storage/unified-sdk-tokens.ts'
import { findUser } from '../storage/unified-users.ts'
import { actorOf } from '../tenancy/principal.ts'
import type { UnifiedHandlers } from './context.ts'
import { PRODUCTS } from './products.ts'
import { notFound } from './refusals.ts'
import { idParam, time } from './wire.ts'

export interface SdkTokenParts {
  db: Database
  clock: Clock
  random: Random
  /** The issuer that the token names. */
  publicUrl: string
}

/** What a valid token says. */
export type VerifiedSdkToken = StoredSdkToken

const LIVES_MS = 7 * 86_400_000
/** As long as they can be with every claim; anything longer is not looked up. */
const LONGEST = 2_048

export const sdkTokenOperations = [
  defineOperation({
    id: 'sdkTokens.create',
    method: 'POST',
    path: '/v1/sdk-tokens',
    summary: 'Make a token for the Connect flow of a user',
    description:
      'It lives for seven days, and ends with the API key that asked for it. `products` decide what the creator is asked for.',
    scope: 'accounts:write',
    body: z.object({
      user_id: idParam,
      products: z.array(z.enum(PRODUCTS)).min(1).max(PRODUCTS.length),
    }),
    answer: z.object({ sdk_token: z.string(), expires_at: time }).meta({ id: 'SdkToken' }),
    status: 201,
    errors: {},
  }),
] as const

export function sdkTokenHandlers(parts: SdkTokenParts): UnifiedHandlers<typeof sdkTokenOperations> {
  const { db, clock } = parts
  return {
    'sdkTokens.create': async ({ body }, context) => {
      const { caller, scope } = context
      const user = await findUser(db, scope, body.user_id)
      if (user === undefined) throw notFound('user')
      const now = clock.now()
      const expiresAt = now + LIVES_MS
      const products = [...new Set(body.products)]
      const token = makeSdkToken(parts, {
        workspaceId: scope.workspaceId,
        userId: user.id,
        products,
        now,
        expiresAt,
      })
      const answer = { sdk_token: token, expires_at: context.time(expiresAt) }
      await db.transaction().execute(async (tx) => {
        await insertSdkToken(tx, {
          hash: hashOf(token),
          workspaceId: scope.workspaceId,
          userId: user.id,
          apiKeyId: caller.keyId,
          products,
          now,
          expiresAt,
        })
        await appendAudit(tx, {
          workspaceId: scope.workspaceId,
          at: now,
          actor: actorOf(caller),
          action: 'sdk_token.create',
          subject: user.id,
          detail: { products },
        })
        await context.remember(tx, answer)
      })
      return answer
    },
  }
}

/**
 * What a token lets its holder do; `undefined` when it is none of ours, has expired, its API key has ended or its user is
 * gone. Ask it once for each request of the Connect flow.
 */
export async function verifySdkToken(
  { db, clock }: Pick<SdkTokenParts, 'db' | 'clock'>,
  token: string,
): Promise<VerifiedSdkToken | undefined> {
  if (token.length > LONGEST || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
  return findSdkToken(db, hashOf(token), clock.now())
}

/**
 * In the form of a JWT, because clients read whose it is and until when out of it. Nobody can check its signature, and
 * nobody needs to: it is 32 random bytes, and only tokens whose hash is stored count. So there is no signing key that
 * could be lost, and a token can be ended.
 */
function makeSdkToken(
  { publicUrl, random }: Pick<SdkTokenParts, 'publicUrl' | 'random'>,
  about: { workspaceId: string; userId: string; products: readonly string[]; now: number; expiresAt: number },
): string {
  const claims = {
    iss: publicUrl,
    aud: `${publicUrl}/v1/internal`,
    iat: Math.floor(about.now / 1000),
    exp: Math.floor(about.expiresAt / 1000),
    user_id: about.userId,
    tenant_id: about.workspaceId,
    products: about.products,
  }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const proof = Buffer.from(random.bytes(32)).toString('base64url')
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${proof}`
}

function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token, 'utf8').digest()
}

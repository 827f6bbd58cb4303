import type { Secret } from '@tockwork/kernel'
import { type PlatformTokens, packTokens, unpackTokens } from '../tiktok/tokens.ts'
import { keyVersionOf, type SealPlace, type Vault } from '../vault/sealing.ts'

/** Where an account's pair opens: a pair of an earlier generation, put back into the row, does not. */
export function tokenPlace(workspaceId: string, accountId: string, generation: number): SealPlace {
  return { workspaceId, ownerId: accountId, column: 'token_vault.sealed', generation }
}

export async function sealTokens(
  vault: Vault,
  tokens: PlatformTokens,
  place: SealPlace,
): Promise<{ sealed: Uint8Array; keyVersion: number }> {
  const sealed = await vault.seal(packTokens(tokens), place)
  return { sealed, keyVersion: keyVersionOf(sealed) }
}

export async function openTokens(
  vault: Vault,
  sealed: Uint8Array,
  place: SealPlace,
): Promise<PlatformTokens> {
  const packed: Secret = await vault.open(sealed, place)
  return unpackTokens(packed)
}

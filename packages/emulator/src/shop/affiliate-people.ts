/** Creators as shops and apps see them. */
import type { Platform } from '../platform.ts'
import { type ShopCall, ShopRefusal } from './call.ts'
import { fixedId, openIdOf } from './ids.ts'
import type { ShopAccountRow, ShopWorld } from './state.ts'

export function creatorsOf(world: ShopWorld): ShopAccountRow[] {
  return [...world.accounts.values()].filter(({ kind }) => kind === 'creator')
}

/** The account of a creator of the world, where a username names one. */
export function creatorNamed(world: ShopWorld, username: string): ShopAccountRow | undefined {
  const row = world.accounts.get(`creator:${username}`)
  return row?.kind === 'creator' ? row : undefined
}

export function usernameOf(creator: string): string {
  return creator.slice('creator:'.length)
}

/** Of versions before August 2025. */
export function userIdOf(creator: string): string {
  return fixedId('7010', creator)
}

/** The id that a creator has within an app, whether or not the creator knows the app. */
export function creatorOpenId({ world, app }: Pick<ShopCall, 'world' | 'app'>, creator: string): string {
  return world.grants.get(`${app.id}:${creator}`)?.openId ?? openIdOf(app.id, creator)
}

/** By open id, or the user id that older versions have. @throws {ShopRefusal} */
export function creatorById(call: Pick<ShopCall, 'world' | 'app'>, id: string): ShopAccountRow {
  const found = creatorsOf(call.world).find(
    (row) => creatorOpenId(call, row.id) === id || userIdOf(row.id) === id || usernameOf(row.id) === id,
  )
  if (found === undefined) throw new ShopRefusal(16032012, `There is no creator ${id.slice(0, 40)}.`)
  return found
}

export function avatarUrl(platform: Platform, creator: string): string {
  return `${platform.origin()}/_emulator/media/cover/${encodeURIComponent(usernameOf(creator))}.png`
}

export function followersOf(platform: Platform, creator: string): number {
  return platform.world.creators.get(usernameOf(creator))?.followers ?? 0
}

/** What several answers say of a creator, under both kinds of id. */
export function creatorFacts(call: ShopCall, creator: ShopAccountRow): Record<string, unknown> {
  return {
    avatar: { url: avatarUrl(call.platform, creator.id) },
    avatar_url: avatarUrl(call.platform, creator.id),
    creator_open_id: creatorOpenId(call, creator.id),
    user_id: userIdOf(creator.id),
    username: usernameOf(creator.id),
    nickname: creator.name,
    follower_count: followersOf(call.platform, creator.id),
    selection_region: creator.region,
  }
}

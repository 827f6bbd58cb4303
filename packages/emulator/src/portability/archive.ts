import { counters } from '../display/handlers.ts'
import type { Platform } from '../platform.ts'
import type { CreatorRow, DataRequestRow } from '../state/model.ts'
import { type ZipEntry, zip } from './zip.ts'

type Section = Record<string, unknown>

/**
 * The archive of an export: `user_data_tiktok.json`, or a text file for each section. What the files of TikTok hold is
 * not documented to the field; these hold what this world knows of the user, and empty lists where it knows nothing.
 */
export function archive(platform: Platform, request: DataRequestRow, creator: CreatorRow): Uint8Array {
  const all = request.categories.includes('all_data')
  const sections: Record<string, Section> = {}
  for (const [category, [title, read]] of Object.entries(readers))
    if (all || request.categories.includes(category)) sections[title] = read(platform, creator)
  const entries: ZipEntry[] =
    request.format === 'json'
      ? [{ name: 'user_data_tiktok.json', text: `${JSON.stringify(sections, null, 2)}\n` }]
      : Object.entries(sections).map(([title, section]) => ({
          name: `TikTok/${title}.txt`,
          text: `${asText(section).join('\n')}\n`,
        }))
  return zip(entries, request.readyAt ?? request.createdAt)
}

const readers: Readonly<Record<string, [title: string, (p: Platform, c: CreatorRow) => Section]>> = {
  profile: ['Profile', profile],
  video: ['Post', posts],
  activity: ['Your Activity', activity],
  direct_message: ['Direct Message', () => ({ ChatHistory: [] })],
}

function profile(_platform: Platform, creator: CreatorRow): Section {
  return {
    userName: creator.id,
    displayName: creator.displayName,
    bioDescription: creator.bio,
    followerCount: creator.followers,
    followingCount: creator.following,
    privateAccount: creator.private,
  }
}

/** All of the user's posts, private ones as well: it is their own data. */
function posts({ world, clock }: Platform, creator: CreatorRow): Section {
  const rows = world.videos.where('creator', creator.id).sort((a, b) => b.createdAt - a.createdAt)
  return {
    VideoList: rows.map((video) => ({
      Date: day(video.createdAt),
      Link: `https://www.tiktok.com/@${creator.id}/video/${video.id}`,
      Title: video.title,
      WhoCanView: video.privacy,
      Likes: counters(video, clock.now()).likes,
    })),
  }
}

function activity({ world }: Platform, creator: CreatorRow): Section {
  const grants = [...world.grants.values()].filter((grant) => grant.creator === creator.id)
  return {
    AuthorizedApps: grants.map((grant) => ({
      Date: day(grant.createdAt),
      App: world.apps.get(grant.clientKey)?.name ?? grant.clientKey,
      Scopes: grant.scopes.join(','),
    })),
    LikeList: [],
    VideoBrowsingHistory: [],
  }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

function asText(section: Section): string[] {
  return Object.entries(section).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return [`${name}: ${String(value)}`]
    return value.flatMap((item: Section) => [
      ...Object.entries(item).map(([k, v]) => `${k}: ${String(v)}`),
      '',
    ])
  })
}

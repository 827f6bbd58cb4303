/**
 * Public videos of a made-up world, computed from their number and a seed: any size takes the same memory. A video's
 * number rises with its time and so does its id, so a range of days is a range of numbers; id, number and author lead
 * to each other by arithmetic.
 */
import type { ResearchVideo } from '@tockwork/contracts/research'
import { mix, normal, skewed, unit, weighted } from './mix.ts'
import { HEAVY, People } from './people.ts'
import { everywhere, type Topic, topicShares, topics } from './vocabulary.ts'

/** Posting begins and ends here, and grows in between. UTC epoch seconds. */
export const CORPUS_START = Date.UTC(2023, 0, 1) / 1000
export const CORPUS_END = Date.UTC(2027, 0, 1) / 1000
const SPAN = CORPUS_END - CORPUS_START
const GROWTH = 0.7

/** Of each block of videos, so many places belong to heavy creators, the rest to all others in turn. */
const BLOCK = 1024
const HEAVY_PLACES = 224
const TAIL_PLACES = BLOCK - HEAVY_PLACES
/** A step that reaches every place of a block, and its inverse. */
const STEP = 421
const STEP_BACK = 557

const MUSIC_BASE = 6_800_000_000_000_000_000n
const PLAYLIST_BASE = 7_100_000_000_000_000_000n
/** Decoding an id needs the number's 24 bits. */
const MOST_VIDEOS = 16_000_000

/** Which heavy creator has each of their places: the first have several. */
const heavyAt = Array.from({ length: HEAVY_PLACES }, (_, place) =>
  place < HEAVY ? place : skewed((place - HEAVY) / (HEAVY_PLACES - HEAVY), HEAVY),
)

export class Corpus {
  readonly seed: number
  readonly size: number
  readonly people: People

  constructor(seed: number, size: number) {
    this.seed = seed
    this.size = Math.min(MOST_VIDEOS, Math.max(BLOCK, Math.floor(size / BLOCK) * BLOCK))
    this.people = new People(seed, Math.floor(this.size / 15))
  }

  /** UTC epoch seconds. */
  createTime(n: number): number {
    const place = (n + unit(this.seed, n, 1)) / this.size
    return CORPUS_START + Math.floor(SPAN * place ** GROWTH)
  }

  /** The first video at or after a time. */
  lowerBound(time: number): number {
    const share = Math.min(1, Math.max(0, (time - CORPUS_START) / SPAN))
    let n = Math.min(this.size, Math.max(0, Math.floor(share ** (1 / GROWTH) * this.size)))
    while (n > 0 && this.createTime(n - 1) >= time) n -= 1
    while (n < this.size && this.createTime(n) < time) n += 1
    return n
  }

  id(n: number): string {
    return (
      (BigInt(this.createTime(n)) << 32n) |
      BigInt(((n << 8) | (mix(this.seed, n, 2) & 0xff)) >>> 0)
    ).toString()
  }

  /** The number of a video, or nothing when there is none of that id. */
  find(id: string): number | undefined {
    if (!/^\d{1,19}$/.test(id)) return undefined
    const n = Number((BigInt(id) & 0xffff_ffffn) >> 8n)
    return n < this.size && this.id(n) === id ? n : undefined
  }

  author(n: number): number {
    const block = n >>> 10
    const place = ((n & 1023) * STEP + (mix(this.seed, block, 3) & 1023)) & 1023
    if (place < HEAVY_PLACES) return heavyAt[place] as number
    return HEAVY + ((block * TAIL_PLACES + place - HEAVY_PLACES) % (this.people.count - HEAVY))
  }

  /** Numbers of a user's videos, newest first. */
  *videosOf(user: number): Generator<number, void, undefined> {
    const blocks = this.size / BLOCK
    const at = (block: number, place: number): number =>
      block * BLOCK + (((place - (mix(this.seed, block, 3) & 1023)) * STEP_BACK) & 1023)
    if (user < HEAVY) {
      const places = [...heavyAt.keys()].filter((place) => heavyAt[place] === user)
      for (let block = blocks - 1; block >= 0; block -= 1)
        yield* places.map((place) => at(block, place)).sort((a, b) => b - a)
      return
    }
    const others = this.people.count - HEAVY
    const turns = blocks * TAIL_PLACES
    const found: number[] = []
    for (let turn = user - HEAVY; turn < turns; turn += others)
      found.push(at(Math.floor(turn / TAIL_PLACES), (turn % TAIL_PLACES) + HEAVY_PLACES))
    yield* found.sort((a, b) => b - a)
  }

  /** Whether it is still public: some videos are taken down later, some were made private. */
  isPublic(n: number, now: number): boolean {
    const u = unit(this.seed, n, 4)
    if (u < 0.02) return false
    if (u >= 0.1) return true
    const age = Math.exp(4 + normal(this.seed, n, 5) * 1.5) * 86_400
    return this.createTime(n) + age > now
  }

  topic(n: number): Topic {
    // Creators keep to what they like.
    const u = unit(this.seed, n, 6)
    return topics[
      weighted(u < 0.7 ? this.people.taste(this.author(n)) : (u - 0.7) / 0.3, topicShares)
    ] as Topic
  }

  hashtags(n: number): string[] {
    const { tags } = this.topic(n)
    const h = mix(this.seed, n, 7)
    const found = new Set<string>()
    for (let k = 0; k < h % 4; k += 1)
      found.add(tags[skewed(unit(this.seed, n, 20 + k), tags.length)] as string)
    if (h >>> 28 < 9) found.add(everywhere[skewed(unit(this.seed, n, 8), everywhere.length)] as string)
    return [...found]
  }

  description(n: number): string {
    const { phrases } = this.topic(n)
    const h = mix(this.seed, n, 9)
    const phrase = h % 16 === 0 ? '' : (phrases[(h >>> 4) % phrases.length] as string)
    // Real captions hold this character now and then, and a database may refuse it.
    const nul = (h >>> 8) % 4096 === 0 ? '\u0000' : ''
    return [phrase + nul, ...this.hashtags(n).map((tag) => `#${tag}`)].filter((part) => part !== '').join(' ')
  }

  /** Seconds. */
  duration(n: number): number {
    return Math.min(600, Math.max(3, Math.round(Math.exp(3.2 + normal(this.seed, n, 10) * 0.8))))
  }

  views(n: number): number {
    const user = this.author(n)
    const fame = user < HEAVY ? 9 + (HEAVY - user) / 24 : 5
    return Math.floor(Math.exp(fame + normal(this.seed, n, 11) * 2.1))
  }

  likes(n: number): number {
    return Math.floor(this.views(n) * (0.02 + 0.12 * unit(this.seed, n, 12)))
  }

  commentCount(n: number): number {
    return Math.floor(this.likes(n) * (0.004 + 0.03 * unit(this.seed, n, 13)))
  }

  music(n: number): bigint {
    const h = mix(this.seed, n, 14)
    // Two of five bring their own sound.
    if (h % 5 < 2) return MUSIC_BASE + BigInt(MOST_VIDEOS + n)
    return MUSIC_BASE + BigInt(skewed(unit(this.seed, n, 15), Math.max(100, this.size >>> 4)))
  }

  effects(n: number): string[] {
    const h = mix(this.seed, n, 16)
    if (h % 7 !== 0) return []
    return [String(100_000 + skewed(unit(this.seed, n, 17), 500))]
  }

  playlist(n: number): bigint | undefined {
    const h = mix(this.seed, n, 18)
    return h % 20 === 0 ? PLAYLIST_BASE + BigInt(this.author(n) * 2 + ((h >>> 8) % 2)) : undefined
  }

  /** The videos of a playlist, newest first; nothing when there is no such list. */
  playlistVideos(id: string): { name: string; videos: number[] } | undefined {
    const key = BigInt(id) - PLAYLIST_BASE
    if (key < 0n || key >= BigInt(this.people.count * 2)) return undefined
    const user = Number(key / 2n)
    const videos: number[] = []
    let looked = 0
    for (const n of this.videosOf(user)) {
      looked += 1
      if (looked > 20_000) break
      if (this.playlist(n) === BigInt(id)) videos.push(n)
    }
    if (videos.length === 0) return undefined
    return { name: `${this.people.displayName(user)}, ${key % 2n === 0n ? 'best of' : 'series'}`, videos }
  }

  /** Everything that is known of a video. */
  video(n: number): ResearchVideo {
    const likes = this.likes(n)
    const tags = this.hashtags(n)
    const effects = this.effects(n)
    const playlist = this.playlist(n)
    const h = mix(this.seed, n, 19)
    const spoken = h % 10 === 0 && this.description(n).replaceAll('\u0000', '')
    return {
      id: this.id(n),
      create_time: this.createTime(n),
      username: this.people.handle(this.author(n)),
      region_code: this.people.region(this.author(n)),
      video_description: this.description(n),
      music_id: String(this.music(n)),
      view_count: this.views(n),
      like_count: likes,
      comment_count: this.commentCount(n),
      share_count: Math.floor(likes * 0.06 * unit(this.seed, n, 30)),
      favorites_count: Math.floor(likes * 0.2 * unit(this.seed, n, 31)),
      video_duration: this.duration(n),
      is_stem_verified: tags.includes('stem') && h % 3 === 0,
      // What has no value is left out, as recorded answers show.
      ...(tags.length === 0
        ? {}
        : {
            hashtag_names: tags,
            hashtag_info_list: tags.map((tag) => ({
              hashtag_id: String(
                40_000_000 + (mix(7, tag.length, tag.charCodeAt(0) * 256 + tag.charCodeAt(2)) % 9_000_000),
              ),
              hashtag_name: tag,
              hashtag_description: '',
            })),
          }),
      ...(effects.length === 0
        ? {}
        : {
            effect_ids: effects,
            effect_info_list: effects.map((effect) => ({
              effect_id: effect,
              effect_name: `effect ${effect}`,
            })),
          }),
      ...(h % 40 === 1
        ? { sticker_info_list: [{ sticker_id: String(700_000 + (h % 997)), sticker_name: 'sparkles' }] }
        : {}),
      ...(h % 20 === 2
        ? { video_mention_list: [this.people.handle(skewed(unit(this.seed, n, 32), this.people.count))] }
        : {}),
      ...(playlist === undefined ? {} : { playlist_id: String(playlist) }),
      ...(spoken === false ? {} : { voice_to_text: spoken }),
      ...(tags.includes('election') && h % 2 === 0
        ? { video_label: { content: 'Get information on the election' } }
        : {}),
      ...(h % 30 === 3 ? { video_tag: { type: 'AIGC Type', number: 1 + ((h >>> 8) % 2) } } : {}),
      ...(h % 30 === 4
        ? { video_tag: { type: 'Branded Content Type', number: (h >>> 8) % 2 === 0 ? 1 : 7 } }
        : {}),
    }
  }
}

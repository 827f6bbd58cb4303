/** The players for web pages. Sources: developers.tiktok.com/doc/embed-player, /doc/embed-live, /doc/embed-videos. */

/** An iframe at `address` with a post's id; parameters are 0 or 1. */
export const embedPlayer = {
  address: 'https://www.tiktok.com/player/v1/',
  parameters: {
    controls: 1,
    progress_bar: 1,
    play_button: 1,
    volume_control: 1,
    fullscreen_button: 1,
    timestamp: 1,
    loop: 0,
    autoplay: 0,
    music_info: 0,
    description: 0,
    rel: 1,
    native_context_menu: 1,
    closed_caption: 1,
    muted: 0,
  },
  /** Messages are `{ 'x-tiktok-player': true, type, value }`. */
  toPlayer: ['play', 'pause', 'seekTo', 'mute', 'unMute', 'navigateTo'],
  fromPlayer: [
    'onPlayerReady',
    'onStateChange',
    'onCurrentTime',
    'onMute',
    'onVolumeChange',
    'onImageChange',
    'onPlayerError',
  ],
  /** Values of `onStateChange`. */
  states: { '-1': 'initialised', 0: 'ended', 1: 'playing', 2: 'paused', 3: 'buffering' },
  /** `errorCode` of `onPlayerError`; `onError` is deprecated. */
  errors: { 1001: 'INVALID_VIDEO', 2001: 'SERVER_ERROR', 3001: 'PLAYBACK_ERROR', 3002: 'AUTOPLAY_ERROR' },
} as const

/** An iframe at `address` with a user name; the domain around it needs TikTok's approval. */
export const embedLive = {
  address: 'https://www.tiktok.com/embed/live/@',
  parameters: ['autoplay', 'muted', 'controls', 'embed_domain'],
} as const

/** The older way, a quotation that a script turns into a player; TikTok has announced its end. */
export const embedMarkup = {
  script: 'https://www.tiktok.com/embed.js',
  class: 'tiktok-embed',
  video: ['cite', 'data-video-id'],
  profile: ['cite', 'data-unique-id', 'data-embed-type="creator"'],
} as const

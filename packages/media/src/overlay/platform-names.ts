/**
 * Names that mark a picture as made for, or taken from, somewhere else. Each stands in the picture of a clip that its
 * owner exported or that somebody downloaded, so the spelling is the product's own.
 */
export interface PlatformName {
  /** Whose it is, as reports say it. */
  readonly platform: string
  /** As it is written in marks, lower case, without spaces. */
  readonly written: string
  /**
   * - `name`: means nothing else; one or two misread letters are forgiven where it is long enough
   * - `near-word`: one letter away from an everyday word (`likee` and `likes`), so every letter must be right
   * - `word`: an everyday word itself; counts only where it stays in one place near the edge
   */
  readonly as: 'name' | 'near-word' | 'word'
}

const names = (as: PlatformName['as'], entries: Record<string, readonly string[]>): PlatformName[] =>
  Object.entries(entries).flatMap(([platform, spellings]) =>
    spellings.map((written) => ({ platform, written, as })),
  )

export const PLATFORM_NAMES: readonly PlatformName[] = [
  ...names('name', {
    TikTok: ['tiktok', 'douyin', '抖音'],
    Instagram: ['instagram'],
    YouTube: ['youtube'],
    Facebook: ['facebook'],
    Kwai: ['kuaishou', '快手'],
    Snapchat: ['snapchat'],
    Lemon8: ['lemon8'],
    Triller: ['triller'],
    Pinterest: ['pinterest'],
    RedNote: ['xiaohongshu', 'rednote', '小红书'],
    Bilibili: ['bilibili', '哔哩哔哩'],
    WeChat: ['wechat', '视频号'],
    Dailymotion: ['dailymotion'],
    ShareChat: ['sharechat'],
    Dubsmash: ['dubsmash'],
    CapCut: ['capcut', '剪映'],
    InShot: ['inshot'],
    KineMaster: ['kinemaster'],
    VivaVideo: ['vivavideo', 'vivacut'],
    PowerDirector: ['powerdirector'],
    Filmora: ['filmora', 'filmorago', 'wondershare'],
    VideoShow: ['videoshow'],
    YouCut: ['youcut'],
    PicsArt: ['picsart'],
    FlexClip: ['flexclip'],
    Bandicam: ['bandicam'],
    Mobizen: ['mobizen'],
    XRecorder: ['xrecorder', 'durecorder', 'azscreenrecorder'],
    SnapTik: ['snaptik', 'ssstik', 'savetik', 'snapinsta', 'savefrom', 'y2mate'],
    Shutterstock: ['shutterstock'],
    iStock: ['istock', 'istockphoto'],
    'Getty Images': ['gettyimages'],
    'Adobe Stock': ['adobestock'],
    Depositphotos: ['depositphotos'],
    Dreamstime: ['dreamstime'],
    Storyblocks: ['storyblocks', 'videoblocks'],
    Freepik: ['freepik', 'vecteezy', 'videezy'],
    '123RF': ['123rf'],
    Hailuo: ['hailuo', 'hailuoai', 'minimax'],
  }),
  ...names('near-word', {
    Instagram: ['instagramreels'],
    YouTube: ['youtubeshorts', 'ytshorts'],
    Facebook: ['facebookreels'],
    Kwai: ['kwai'],
    Likee: ['likee'],
    Vimeo: ['vimeo'],
    Canva: ['canva'],
    Zili: ['zili'],
    Pond5: ['pond5'],
    Alamy: ['alamy'],
    VN: ['vneditor', 'vnvideo'],
    Kling: ['klingai'],
    RunwayML: ['runwayml'],
    Pika: ['pikalabs'],
  }),
  ...names('word', {
    Instagram: ['reels'],
    YouTube: ['shorts'],
    Threads: ['threads'],
    Snapchat: ['spotlight'],
    Sora: ['sora'],
    Veo: ['veo'],
    Twitch: ['twitch'],
    Rumble: ['rumble'],
    'Alight Motion': ['alightmotion'],
    Videoleap: ['videoleap'],
    Splice: ['splice'],
  }),
]

/** Words that stand beside a name inside a mark and say nothing of their own. */
export const MARK_FILLERS: ReadonlySet<string> = new Set(
  'www com net org tv made with by via on in from edited created recorded powered video using id user app free trial version the'.split(
    ' ',
  ),
)

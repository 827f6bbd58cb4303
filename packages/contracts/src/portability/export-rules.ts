/** Rules of Data Portability. Sources: developers.tiktok.com/doc/data-portability-api-get-started, -faq, -data-types. */

/** What each pair of scopes lets an app ask for; `.single` ones are used up by one request. */
export const categoryScopes = {
  all_data: ['portability.all.single', 'portability.all.ongoing'],
  activity: ['portability.activity.single', 'portability.activity.ongoing'],
  direct_message: ['portability.directmessages.single', 'portability.directmessages.ongoing'],
  video: ['portability.postsandprofile.single', 'portability.postsandprofile.ongoing'],
  profile: ['portability.postsandprofile.single', 'portability.postsandprofile.ongoing'],
} as const

export const exportRules = {
  /** Users of the European Economic Area and the United Kingdom; apps may come from anywhere. */
  regions: ['EEA', 'UK'],
  /** Ready data can be fetched for four days. */
  readySeconds: 345_600,
  /** `all_data` makes other categories in the same request meaningless. */
  overridingCategory: 'all_data',
  /** The broadest scope that fits is used up first. */
  singleScopesUsed: 'broadest first',
} as const

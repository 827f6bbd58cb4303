/** What app review looks at. Sources: app-review-guidelines, getting-started-create-an-app, getting-started-faq. */
import type { ChecklistItem } from './ux-checklist.ts'

const REVIEW = 'https://developers.tiktok.com/doc/app-review-guidelines'
const CREATE = 'https://developers.tiktok.com/doc/getting-started-create-an-app'

/** Limits that a program can check. */
export const reviewLimits = {
  icon: { width: 1024, height: 1024, formats: ['jpeg', 'png'], maxBytes: 5_000_000 },
  demoVideos: { min: 1, max: 5, maxBytesEach: 50_000_000 },
  source: CREATE,
} as const

const item = (section: string, id: string, rule: string, source = REVIEW): ChecklistItem => ({
  id,
  section,
  rule,
  source,
})

export const reviewChecklist: readonly ChecklistItem[] = [
  item('app', 'icon', 'Icon of 1024 by 1024 pixels, JPEG or PNG, at most 5 MB.', CREATE),
  item('app', 'icon-clear', 'The icon is clear, goes with the name and cannot be taken for another brand.'),
  item(
    'app',
    'name',
    'The name is that of the app or site: its own, not what it does, and no social network’s.',
  ),
  item('app', 'description', 'The description says what the app does; users read it.'),
  item('app', 'not-private-use', 'Not for private use, no adult content, not in development or testing.'),
  item('site', 'website', 'A real public website, more than a landing or login page.'),
  item('site', 'policies', 'Privacy policy and terms are live and linked where no menu has to be opened.'),
  item('platform', 'web', 'Web: a valid redirect URI.', CREATE),
  item('platform', 'ios', 'iOS: in the App Store, with its bundle id.', CREATE),
  item('platform', 'android', 'Android: in the Play Store, with package name and signature.', CREATE),
  item('scopes', 'only-used', 'Only the products and scopes that are used.'),
  item('scopes', 'explained', 'What each product and scope is for, in words.'),
  item('demo', 'videos', 'One to five demo videos of at most 50 MB each.', CREATE),
  item(
    'demo',
    'whole-flow',
    'They show the whole flow and every product and scope asked for, the interface well visible.',
  ),
  item(
    'demo',
    'domain',
    'The domain in the video is the website’s; a mobile video begins by opening the app.',
  ),
  item(
    'demo',
    'sandbox',
    'For a first review they are recorded against a sandbox.',
    'https://developers.tiktok.com/doc/add-a-sandbox',
  ),
  item('site', 'url-properties', 'Terms, privacy policy and website are verified URL properties.', CREATE),
  item('demo', 'accounts', 'Demo accounts can be given to reviewers when they ask.'),
]

/** The six steps from a developer account to a live app. */
export const portalSteps = [
  { id: 'register', what: 'Register with a business login.' },
  { id: 'create', what: 'Create the app and choose its products.' },
  { id: 'scopes', what: 'Choose scopes, no more than needed: asking for too many is a common rejection.' },
  { id: 'sandbox', what: 'Set up a sandbox with target users.' },
  { id: 'build', what: 'Build and try the whole flow.' },
  {
    id: 'submit',
    what: 'Submit: privacy policy, demo video covering every scope, how data are handled, guidelines.',
  },
] as const

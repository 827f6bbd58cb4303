import { type ScopeEntry, scopes } from '@tockwork/contracts'

export interface Product {
  name: string
  about: string
  scopes: string[]
}

/** What a developer adds to an app, and the scopes that come with it. Grouped by the names of the scopes. */
const families: readonly [name: string, about: string, belongs: (scope: string) => boolean][] = [
  ['Login Kit', 'Lets people log in with their account.', (scope) => scope === 'user.info.basic'],
  [
    'Display API',
    'Profiles, counters and videos of people who agree.',
    (scope) => scope.startsWith('user.info.') || scope === 'video.list',
  ],
  [
    'Content Posting API',
    'Posts videos and photos. Public posts need the audit.',
    (scope) => scope === 'video.publish' || scope === 'video.upload',
  ],
  [
    'Data Portability API',
    'Exports of people’s own data. Not available in sandboxes.',
    (scope) => scope.startsWith('portability.'),
  ],
  [
    'Research and Commercial Content API',
    'With the app’s own token.',
    (scope) => scope.startsWith('research.'),
  ],
  ['Artists', 'Certification of artists.', (scope) => scope.startsWith('artist.')],
  ['Local services', 'Shops, products and vouchers nearby.', (scope) => scope.startsWith('local.')],
]

/** Every scope of the catalogue stands in exactly one product. */
export const products: readonly Product[] = group()

function group(): Product[] {
  const left = new Set(Object.keys(scopes))
  const found = families.map(([name, about, belongs]) => {
    const mine = [...left].filter(belongs)
    for (const scope of mine) left.delete(scope)
    return { name, about, scopes: mine }
  })
  return left.size === 0 ? found : [...found, { name: 'Further scopes', about: '', scopes: [...left] }]
}

export function scopeEntry(scope: string): ScopeEntry | undefined {
  return (scopes as Record<string, ScopeEntry>)[scope]
}

import type { ApiScope } from '@tockwork/api'
import type { IconName } from '../ui/icons.tsx'

/** One place in the menu; shown to those who may see what is there. */
interface Place {
  to: string
  label: string
  icon: IconName
  scope: ApiScope
  /** Pressed after g. */
  key?: string
}

export const PLACES: readonly { title: string; places: readonly Place[] }[] = [
  {
    title: 'Publish',
    places: [
      { to: '/', label: 'Home', icon: 'home', scope: 'accounts:read', key: 'h' },
      { to: '/compose', label: 'Compose', icon: 'compose', scope: 'posts:write', key: 'n' },
      { to: '/calendar', label: 'Calendar', icon: 'calendar', scope: 'posts:read', key: 'c' },
      { to: '/queue', label: 'Queues', icon: 'queue', scope: 'posts:read', key: 'q' },
      { to: '/posts', label: 'Posts', icon: 'posts', scope: 'posts:read', key: 'p' },
    ],
  },
  {
    title: 'Creators',
    places: [
      { to: '/accounts', label: 'Accounts', icon: 'accounts', scope: 'accounts:read', key: 'a' },
      { to: '/analytics', label: 'Analytics', icon: 'analytics', scope: 'accounts:read', key: 'y' },
    ],
  },
  {
    title: 'Operate',
    places: [
      { to: '/limits', label: 'Limits', icon: 'limits', scope: 'limits:read', key: 'l' },
      { to: '/webhooks', label: 'Webhooks', icon: 'webhooks', scope: 'webhooks:read', key: 'w' },
      { to: '/keys', label: 'API keys', icon: 'keys', scope: 'keys:read', key: 'k' },
      { to: '/audit', label: 'Audit log', icon: 'audit', scope: 'audit:read', key: 'u' },
      { to: '/settings', label: 'Settings', icon: 'settings', scope: 'workspaces:read', key: 's' },
    ],
  },
]

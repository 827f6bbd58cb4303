/** Line icons of 20 by 20; decoration beside words, so that nobody reads them aloud. */
const PATHS = {
  home: 'M3 9.5 10 3.5l7 6M5 8.5V16.5h4v-4.5h2v4.5h4V8.5',
  accounts: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.5c.6-3 3-4.5 6-4.5s5.400 1.500 6 4.500',
  compose: 'M4 16h3l8.500-8.500a2.100 2.100 0 0 0-3-3L4 13v3ZM11 6l3 3',
  calendar: 'M4 5.500h12v11H4zM4 9h12M7 3.500v3M13 3.500v3',
  queue: 'M4 5.500h12M4 10h12M4 14.500h7',
  posts: 'M5 3.500h10v13H5zM8.500 8l3.500 2-3.500 2z',
  analytics: 'M4 16.500V9.500M8 16.500V5.500M12 16.500v-5M16 16.500V3.500',
  limits: 'M4 14a6.500 6.500 0 1 1 12 0M10 12l3-4',
  webhooks:
    'M7 8.500a3 3 0 1 1 4.500.500L13.500 13M6.500 11a3 3 0 1 0 3 3.500h4M13.500 11a3 3 0 1 1-1.500 4.500',
  keys: 'M7.500 12.500a3.500 3.500 0 1 1 3-5.200L16.500 13v2.500H14V13.500h-2l-1.700-1.700',
  audit: 'M5 3.500h10v13H5zM8 7.500h4M8 10.500h4M8 13.500h2',
  settings: 'M4 6h7M15 6h1M4 14h1M9 14h7M11 6a2 2 0 1 0 4 0 2 2 0 0 0-4 0M5 14a2 2 0 1 0 4 0 2 2 0 0 0-4 0',
  menu: 'M3.500 6h13M3.500 10h13M3.500 14h13',
  close: 'M5.500 5.500l9 9M14.500 5.500l-9 9',
  plus: 'M10 4.500v11M4.500 10h11',
  chevronLeft: 'M12 5l-5 5 5 5',
  chevronRight: 'M8 5l5 5-5 5',
  up: 'M10 16V5M5.500 9 10 4.500 14.500 9',
  down: 'M10 4v11M5.500 11l4.500 4.500 4.500-4.500',
  copy: 'M7 7h9v9.500H7zM4 13V3.500h9',
  sun: 'M10 6.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7ZM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M4.300 15.700l1.100-1.100M14.600 5.400l1.100-1.100',
  moon: 'M16 11.500A6.500 6.500 0 0 1 8.500 4a6.500 6.500 0 1 0 7.500 7.500Z',
  warn: 'M10 3.500 17.500 16.500h-15zM10 8.500v3.500M10 14.200v.1',
  check: 'M4 10.500l4 4 8-9',
  clock: 'M10 3.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13ZM10 6.500V10l2.500 1.500',
  out: 'M8 4H4v12h4M9 10h8M13.500 6.500 17 10l-3.500 3.500',
  upload: 'M10 13V4M6 7.500 10 3.500l4 4M4 13v3.500h12V13',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}

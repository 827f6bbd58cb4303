/** Light or dark: as the machine has it, unless somebody chose here. */
import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'

const STORED = 'tockwork.theme'
const listeners = new Set<() => void>()
const dark = matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme | undefined {
  const value = localStorage.getItem(STORED)
  return value === 'light' || value === 'dark' ? value : undefined
}

export function applyTheme(): void {
  const theme = stored()
  if (theme === undefined) delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

function shown(): Theme {
  return stored() ?? (dark.matches ? 'dark' : 'light')
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  dark.addEventListener('change', listener)
  return () => {
    listeners.delete(listener)
    dark.removeEventListener('change', listener)
  }
}

/** What is shown now, and how to have the other one. */
export function useTheme(): { theme: Theme; toggle: () => void } {
  const theme = useSyncExternalStore(listen, shown)
  const toggle = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark'
    // Back to the machine's own where that is the same, so that it follows the machine again.
    if (next === (dark.matches ? 'dark' : 'light')) localStorage.removeItem(STORED)
    else localStorage.setItem(STORED, next)
    applyTheme()
    for (const listener of listeners) listener()
  }
  return { theme, toggle }
}

import type { ReactNode } from 'react'

/** The frame of what is shown before somebody is in. */
export function Door({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  return (
    <main className="door" id="main">
      <title>{`${title} · Tockwork`}</title>
      <div className="door-card">
        <p className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="16" cy="16" r="12" />
            <path d="M16 9v7l5 3.200" />
          </svg>
          Tockwork
        </p>
        <h1>{title}</h1>
        {intro !== undefined && <p className="intro">{intro}</p>}
        {children}
      </div>
    </main>
  )
}

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { HubProblem, whenSignedOut } from './data/api.ts'
import { makeRouter } from './router.tsx'
import { applyTheme } from './shell/theme.ts'
import './styles/base.css'
import './styles/parts.css'
import './styles/shell.css'
import './styles/pages.css'

const MOST_TRIES = 2

applyTheme()
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What was refused stays refused; what did not answer may answer now.
      retry: (failures, error) =>
        failures < MOST_TRIES &&
        (!(error instanceof HubProblem) || error.status === 0 || error.status >= 500),
    },
  },
})
const router = makeRouter(client)
whenSignedOut(() => {
  client.clear()
  void router.invalidate().then(() => router.navigate({ to: '/login' }))
})

// Drawn when there is something to draw: React holds back for a third of a second whatever comes after a stand-in.
void router.load().then(() => {
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
})

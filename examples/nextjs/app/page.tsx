/** A button; everything else is in the routes. Add `app/layout.tsx` as `create-next-app` makes it. */
export default async function Page({ searchParams }: { searchParams: Promise<{ problem?: string }> }) {
  const { problem } = await searchParams
  return (
    <main>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <a href="/api/tiktok/login">Login with TikTok</a>
    </main>
  )
}

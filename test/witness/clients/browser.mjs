/** The person at the browser: opens the consent page, agrees to everything, and is sent back. */
export async function consent(authorizeUrl, creator = 'mika') {
  const page = await fetch(authorizeUrl)
  const text = await page.text()
  if (page.status !== 200) throw new Error(`consent page: ${page.status} ${text}`)
  const scopes = [...text.matchAll(/name="scope" value="([^"]+)"/g)].map((match) => match[1])
  const form = new URLSearchParams([
    ['decision', 'allow'],
    ['creator', creator],
    ...scopes.map((s) => ['scope', s]),
  ])
  const back = await fetch(authorizeUrl, { method: 'POST', body: form, redirect: 'manual' })
  const location = back.headers.get('location')
  if (location === null) throw new Error(`no redirect: ${back.status} ${await back.text()}`)
  return new URL(location)
}

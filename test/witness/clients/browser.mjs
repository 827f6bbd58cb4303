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

/** The same at a consent page of TikTok Shop, as one of the accounts that it offers. */
export async function shopConsent(authorizeUrl, seller) {
  const page = await fetch(authorizeUrl)
  const text = await page.text()
  const account = new RegExp(`value="([^"]+)"[^>]*>\\s*<span class="what">${seller}<`).exec(text)?.[1]
  if (account === undefined) throw new Error(`consent page: ${page.status} ${text}`)
  const form = new URLSearchParams({ account, decision: 'allow' })
  const back = await fetch(authorizeUrl, { method: 'POST', body: form, redirect: 'manual' })
  return new URL(back.headers.get('location'))
}

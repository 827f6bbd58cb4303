/** Says of a test how the behaviour it claims of TikTok is known; the shares are printed with the test results. */
const DOCS = 'https://developers.tiktok.com/doc/'

/** `slug`: the page under TikTok's documentation. */
export const documented = (slug: string) => ({
  meta: { claim: { provenance: 'documented' as const, source: DOCS + slug } },
})

/** Seen in captured traffic or public reports. */
export const observed = (source: string) => ({ meta: { claim: { provenance: 'observed' as const, source } } })

/** Our best reading where nothing is said. */
export const assumed = (why: string) => ({ meta: { claim: { provenance: 'assumed' as const, source: why } } })

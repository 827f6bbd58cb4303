/** The hub against pg-boss and PostgreSQL alone. */
import { measureHubApi } from './hub-api.ts'
import { measureHubPosts } from './hub-posts.ts'
import { measureHubRefresh } from './hub-refresh.ts'
import type { Measurements } from './measurement.ts'

/** @param options `full`: the sizes that docs/performance.md speaks of, which take a quarter of an hour */
export async function measureHub(options: { quick: boolean; full: boolean }): Promise<Measurements> {
  const all: Measurements = {}
  for (const measure of [measureHubApi, measureHubRefresh, measureHubPosts])
    Object.assign(all, await measure(options))
  return all
}

/**
 * The fuzz test for as long as one likes:
 *
 *   node packages/media/test/fuzz-long.ts [rounds] [seed]
 */
import { fuzz } from './fuzz.ts'

const rounds = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 1)
let peak = 0
const { slowestMs, problems, verdicts } = await fuzz(seed, rounds, (round) => {
  if (round % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss())
})
console.log(
  `${rounds} damaged files from seed ${seed}: slowest ${slowestMs.toFixed(1)} ms, at most ${Math.round(peak / 1e6)} MB; ` +
    `verdicts ${[...verdicts].sort().join(', ')}; problems ${[...problems].sort().join(', ')}`,
)

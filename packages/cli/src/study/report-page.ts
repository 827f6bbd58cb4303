/** A study's report as one HTML file: no scripts, nothing from elsewhere, light and dark, readable on paper. */
import type { Counted, Description } from './describe.ts'
import type { Manifest } from './manifest.ts'
import { pretty } from './plots.ts'

const WIDTH = 860

export function reportPage(manifest: Manifest, description: Description, made: string): string {
  const { question, missed, counts, compliance } = manifest
  const n = (value: number): string => value.toLocaleString('en')
  const facts: [string, string][] = [
    ['Videos', n(description.videos)],
    ['Creators', n(description.authorCount)],
    ['Views in all', n(description.views.sum)],
    ['Median of views', `about ${n(description.views.median)}`],
  ]
  const details: [string, string][] = [
    ['Query', question.text],
    ['Days', `${pretty(question.from)} to ${pretty(question.to)}, UTC`],
    ['Source', manifest.source],
    ['State', manifest.state],
    ['Pages read', n(manifest.runs.reduce((sum, { requests }) => sum + requests, 0))],
    ['Came again and left out', n(counts.repeated)],
    [
      'Days that TikTok failed on',
      missed.length === 0 ? 'none' : missed.map(({ window }) => pretty(window.from)).join(', '),
    ],
    [
      'Checked against deletions',
      compliance.checks.length === 0
        ? 'not yet'
        : `${compliance.checks.at(-1)?.at.slice(0, 10)}: ${n(compliance.checks.at(-1)?.gone ?? 0)} gone`,
    ],
  ]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Study: ${escapeHtml(question.text)}</title><style>${STYLE}</style></head><body><main>
<header><p class="kicker">Study of TikTok videos</p><h1>${escapeHtml(question.text)}</h1><p>${pretty(question.from)} to ${pretty(question.to)}</p></header>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>
<section><h2>Videos a day</h2>${daysChart(description.days)}</section>
<div class="pair"><section><h2>Regions</h2>${bars(description.regions, 'Region')}</section>
<section><h2>Hashtags</h2>${bars(description.hashtags, 'Hashtag')}</section></div>
<div class="pair"><section><h2>Length</h2>${bars(
    description.lengths.map(({ length, count }) => ({ name: LENGTHS[length], count })),
    'Length',
  )}</section>
<section><h2>Most active creators</h2>${bars(description.authors.slice(0, 10), 'Creator')}</section></div>
<section><h2>How it was made</h2><table class="plain">${details.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`).join('')}</table></section>
<footer>Made ${made.slice(0, 16).replace('T', ' ')} UTC. Counters are those of TikTok's archive, which may be ten days old.</footer>
</main></body></html>
`
}

const LENGTHS = {
  SHORT: 'under 15 s',
  MID: '15 to 60 s',
  LONG: '1 to 5 min',
  EXTRA_LONG: 'over 5 min',
} as const

function daysChart(days: Description['days']): string {
  const height = 180
  const most = Math.max(1, ...days.map(({ count }) => count))
  const step = WIDTH / Math.max(1, days.length)
  const y = (count: number): number => height - (count / most) * height
  const top = nice(most)
  const columns = days
    .map(
      ({ day, count }, index) =>
        `<rect x="${(index * step).toFixed(2)}" y="${y(count).toFixed(1)}" width="${Math.max(0.5, step * 0.85).toFixed(2)}" height="${(height - y(count)).toFixed(1)}"><title>${pretty(day)}: ${count}</title></rect>`,
    )
    .join('')
  const marks = days
    .map(({ day }, index) => ({ day, index }))
    .filter(
      ({ day, index }) =>
        day.endsWith('01') && (days.length < 400 || day.slice(4, 6) === '01' || index === 0),
    )
    .map(
      ({ day, index }) =>
        `<text x="${(index * step).toFixed(1)}" y="${height + 18}">${pretty(day).slice(0, 7)}</text>`,
    )
    .join('')
  return `<svg viewBox="0 -8 ${WIDTH} ${height + 32}" role="img" aria-label="Videos a day, at most ${most}"><line x1="0" x2="${WIDTH}" y1="${y(top)}" y2="${y(top)}"/><text x="${WIDTH}" y="${y(top) - 4}" text-anchor="end">${top.toLocaleString('en')}</text>${columns}<line x1="0" x2="${WIDTH}" y1="${height}" y2="${height}"/>${marks}</svg>`
}

/** The largest round number not above it. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return ([5, 2, 1].find((factor) => factor * power <= value) ?? 1) * power
}

function bars(counted: readonly Counted[], what: string): string {
  if (counted.length === 0) return '<p class="none">This field was not asked for.</p>'
  const most = Math.max(1, ...counted.map(({ count }) => count))
  const rows = counted
    .map(
      ({ name, count }) =>
        `<tr><th scope="row">${escapeHtml(name)}</th><td><span class="bar" style="width:${((count / most) * 100).toFixed(1)}%"></span></td><td class="count">${count.toLocaleString('en')}</td></tr>`,
    )
    .join('')
  return `<table class="bars"><thead><tr><th>${what}</th><th></th><th>Videos</th></tr></thead><tbody>${rows}</tbody></table>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5a6470;--line:#dfe3e8;--bar:#2f6fdd;--ground:#fff;--card:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#9aa6b2;--line:#30363d;--bar:#6ea8ff;--ground:#0d1117;--card:#161b22}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:920px;margin:0 auto;padding:2rem 1.25rem 3rem}h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .6rem}header p{margin:0;color:var(--soft)}.kicker{font-size:.85rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.75rem;margin:1.5rem 0 0}.facts div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem .9rem}
dt{font-size:.85rem;color:var(--soft)}dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;display:block}rect{fill:var(--bar)}line{stroke:var(--line)}svg text{fill:var(--soft);font-size:12px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:0 2.5rem}table{border-collapse:collapse;width:100%;font-size:.92rem}
.bars thead th{font-weight:500;color:var(--soft);font-size:.8rem;text-align:left}.bars thead th:last-child,.count{text-align:right;font-variant-numeric:tabular-nums}
.bars th{font-weight:400;text-align:left;white-space:nowrap;max-width:11rem;overflow:hidden;text-overflow:ellipsis;padding:.12rem .6rem .12rem 0}.bars td:nth-child(2){width:60%}
.bar:empty[style='width:0.0%']{display:none}.bar{display:block;height:.7rem;border-radius:3px;background:var(--bar);min-width:2px}.count{padding-left:.6rem}
.plain th{font-weight:400;text-align:left;color:var(--soft);vertical-align:top;padding:.25rem 1rem .25rem 0;white-space:nowrap}.plain td{padding:.25rem 0;overflow-wrap:anywhere}
.plain tr{border-top:1px solid var(--line)}.none,footer{color:var(--soft);font-size:.88rem}footer{margin-top:2.5rem}
@media (max-width:520px){.plain th{white-space:normal}svg text{font-size:26px}}`

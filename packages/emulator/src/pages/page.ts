/** The frame of every page that the emulator shows, readable in light and dark, with no script of its own. */

const STYLE = `
:root{color-scheme:light dark;--bg:#f6f6f7;--card:#fff;--ink:#161823;--quiet:#5b5f6b;--line:#dcdde1;--accent:#c2183d;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--bg:#111216;--card:#1b1d23;--ink:#f1f1f2;--quiet:#a7abb6;--line:#34373f;--accent:#ff5c7c;--on-accent:#1b0a0f}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1.5rem 1rem}.wide main{max-width:70rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.5rem}
h1{font-size:1.3rem;line-height:1.3;margin:0 0 1rem}fieldset{border:0;padding:0;margin:0 0 1.25rem}legend{font-weight:600;margin-bottom:.5rem}
.choices{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:10px}.choices li+li{border-top:1px solid var(--line)}
.choices label{display:flex;gap:.75rem;align-items:center;padding:.65rem .85rem;min-height:44px;cursor:pointer}
.choices small{display:block;color:var(--quiet);font-size:.82rem}input{accent-color:var(--accent);width:1.1rem;height:1.1rem;flex:none}
.actions{display:flex;gap:.75rem;flex-wrap:wrap}button{font:inherit;font-weight:600;min-height:44px;padding:.5rem 1.4rem;border-radius:10px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent);flex:1}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}.quiet{color:var(--quiet);font-size:.875rem}code{background:var(--bg);padding:.1em .35em;border-radius:5px}
.badge{display:inline-block;font-size:.78rem;color:var(--quiet);margin-bottom:.75rem}`

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** A whole page around a card. `wide` for tables. */
export function page(title: string, body: string, options: { wide?: boolean; head?: string } = {}): string {
  return `<!doctype html><html lang="en"${options.wide === true ? ' class="wide"' : ''}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)} · TikTok emulator</title><style>${STYLE}</style>${options.head ?? ''}</head>
<body><main><span class="badge">TikTok emulator · this is not TikTok</span><div class="card">${body}</div></main></body></html>`
}

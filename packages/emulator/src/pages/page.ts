import type { Platform } from '../platform.ts'
import { type Content, type Html, html } from './html.ts'

export interface Notice {
  kind: 'done' | 'problem'
  text: Content
}

const SECTIONS = [
  ['/_emulator/', 'Requests'],
  ['/_emulator/world', 'World'],
  ['/_emulator/posts', 'Posts'],
  ['/_emulator/feed', 'Videos'],
  ['/_emulator/deliveries', 'Webhooks'],
  ['/_emulator/disturb', 'Faults'],
  ['/_emulator/preferences', 'Settings'],
  ['/_emulator/portal', 'Portal'],
] as const

export type Section = (typeof SECTIONS)[number][0]

/** A page that a person meets on the way through an app: one card in the middle of the screen. */
export function cardPage(title: string, body: Html): string {
  return frame(
    title,
    html`<main class="alone"><p class="badge"><span class="cog" aria-hidden="true"></span>TikTok emulator · this is not TikTok</p>
<div class="card">${body}</div></main>`,
    'card',
  )
}

/** A page of the developer's tools, with the way around and the clock. */
export function toolPage(
  platform: Platform,
  options: { title: string; section: Section; notice?: Notice | undefined; here: string },
  body: Html,
): string {
  const { title, section, notice, here } = options
  return frame(
    title,
    html`<a class="skip" href="#content">Skip to the content</a>
<header class="top"><div class="inner">
<a class="brand" href="/_emulator/"><span class="cog" aria-hidden="true"></span><span>Tockwork <b>emulator</b></span></a>
<p class="badge">a stand-in, not TikTok</p>
${clockBar(platform, here)}</div>
<nav aria-label="Emulator"><ul class="inner">${SECTIONS.map(
      ([href, name]) =>
        html`<li><a href="${href}"${href === section && html` aria-current="page"`}>${name}</a></li>`,
    )}</ul></nav></header>
<main id="content" class="inner" tabindex="-1">
${notice && html`<div class="notice ${notice.kind}" role="${notice.kind === 'problem' ? 'alert' : 'status'}">${notice.text}</div>`}
<h1>${title}</h1>
${body}</main>
<script src="/_emulator/assets/inspector.js" defer></script>`,
    'tools',
  )
}

const STEPS = [
  [60, '+1 min'],
  [3600, '+1 h'],
  [86_400, '+1 day'],
  [30 * 86_400, '+30 days'],
] as const

function clockBar({ clock }: Platform, here: string): Html {
  return html`<form class="clock" method="post" action="/_emulator/actions/clock" aria-label="Virtual clock">
<input type="hidden" name="back" value="${here}">
<p><time id="clock" datetime="${new Date(clock.now()).toISOString()}" data-frozen="${String(clock.frozen)}">${when(clock.now())}</time>
<span id="clock-state" class="quiet">${clock.frozen ? 'frozen' : 'running'}</span></p>
<div class="steps">${STEPS.map(
    ([seconds, name]) => html`<button name="advance" value="${seconds}">${name}</button>`,
  )}<button name="frozen" value="${String(!clock.frozen)}">${clock.frozen ? 'Run' : 'Freeze'}</button></div></form>`
}

/** A time as people read it: `24 Nov 2026, 12:00:05 UTC`. */
export function when(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? []
  return `${Number(day)} ${month} ${year}, ${time} UTC`
}

function frame(title: string, body: Html, kind: 'card' | 'tools'): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · TikTok emulator</title>
<link rel="icon" href="/_emulator/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/_emulator/assets/base.css">
<link rel="stylesheet" href="/_emulator/assets/${kind}.css"></head>
<body>${body}</body></html>`.text
}

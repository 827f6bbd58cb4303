import { type Content, type Html, html } from '../pages/html.ts'
import type { AppRow } from '../state/model.ts'
import type { Problem } from './problem.ts'

/** What a form sent that was refused: shown again in its fields, with the rules it broke. */
export interface Refused {
  section: string
  problems: readonly Problem[]
  entered: URLSearchParams
}

export function pathOf(app: AppRow): string {
  return `/_emulator/portal/apps/${encodeURIComponent(app.id)}`
}

export function section(id: string, title: string, body: Content): Html {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`
}

/** The rules that one field broke. */
export function rulesFor(refused: Refused | undefined, name: string): string[] {
  return (refused?.problems ?? []).filter((one) => one.field === name).map((one) => one.rule)
}

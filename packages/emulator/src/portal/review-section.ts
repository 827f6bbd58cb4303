import { action } from '../pages/form.ts'
import { type Html, html } from '../pages/html.ts'
import type { AppRow } from '../state/model.ts'
import { auditTag, reviewTag } from './apps-page.ts'
import { isLive, submissionProblems } from './review.ts'
import { pathOf, section } from './section.ts'

/** App review and audit. You are the developer and the reviewer here. */
export function reviewSection(app: AppRow): Html {
  const open = submissionProblems(app)
  return section(
    'review',
    'Review and audit',
    html`<ul class="steps-list"><li><div class="head"><h3>App review</h3>${reviewTag(app)}</div>
<p class="quiet">Before it is live, nobody can log in to the app; its sandboxes work without.</p>
${comment(app.reviewComment)}
${
  open.length > 0 &&
  app.review !== 'in_review' &&
  html`<ul class="quiet">${open.map((one) => html`<li><code>${one.field}</code> ${one.rule}</li>`)}</ul>`
}
${steps(app, 'review', app.review === 'in_review', app.review === 'live' ? 'Submit a revision' : 'Submit for review')}</li>
<li><div class="head"><h3>Content Posting audit</h3>${auditTag(app)}</div>
<p class="quiet">${
      app.audit === 'approved'
        ? 'The app can post publicly, for as many users as its cap says.'
        : 'Until it passes: five posting users a day, accounts must be private, posts SELF_ONLY.'
    }</p>
${comment(app.auditComment)}
${app.audit !== 'approved' && (isLive(app) ? steps(app, 'audit', app.audit === 'in_review', 'Submit for the audit') : html`<p class="quiet">Possible once the app is live.</p>`)}</li></ul>`,
  )
}

function comment(text: string | undefined): Html | false {
  return text !== undefined && text !== '' && html`<p>Reviewer: “${text}”</p>`
}

function steps(app: AppRow, what: 'review' | 'audit', inReview: boolean, submit: string): Html {
  const path = `${pathOf(app)}/${what}`
  if (!inReview) return action(path, submit, { decision: 'submit' })
  return html`<form method="post" action="${path}"><div class="field"><label class="label" for="${what}-comment">Decide as the reviewer</label>
<input id="${what}-comment" name="comment" maxlength="500" placeholder="Comment (a rejection needs one)"></div>
<div class="actions"><button class="small primary" name="decision" value="approve">Approve</button>
<button class="small danger" name="decision" value="reject">Reject</button>
<button class="small" name="decision" value="recall">Recall</button></div></form>`
}

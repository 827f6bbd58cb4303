import type { Platform } from '../platform.ts'
import type { AppRow } from '../state/model.ts'
import { PortalProblem, type Problem, problem } from './problem.ts'

export const decisions = ['submit', 'recall', 'approve', 'reject'] as const
export type Decision = (typeof decisions)[number]

/** Names that an app may not carry. Source: developers.tiktok.com/doc/app-review-guidelines. */
const TAKEN_NAMES = /tiktok|instagram|facebook|youtube|snapchat|twitter|whatsapp|linkedin/i

/**
 * The app's review, by which it goes live: submitted and recalled by the developer, decided by the reviewer, who in an
 * emulator is the same person. A live app that sends in a revision stays live meanwhile.
 * @throws {PortalProblem} naming what a reviewer would send back, or why the step is not possible now
 */
export function decideReview(platform: Platform, app: AppRow, decision: Decision, comment = ''): AppRow {
  const { world, clock } = platform
  if (app.kind === 'sandbox') throw problem('client_key', 'sandboxes need no review')
  switch (decision) {
    case 'submit': {
      if (app.review === 'in_review') throw problem('decision', 'the app is in review already')
      const problems = submissionProblems(app)
      if (problems.length > 0) throw new PortalProblem(problems)
      delete app.reviewComment
      // Apps of a seed are live without ever having been reviewed.
      if (app.review === 'live') app.liveSince ??= app.createdAt
      return world.apps.patch(app, { review: 'in_review' })
    }
    case 'recall':
      inReview(app.review)
      return world.apps.patch(app, { review: app.liveSince === undefined ? 'draft' : 'live' })
    case 'approve':
      inReview(app.review)
      return world.apps.patch(app, {
        review: 'live',
        liveSince: app.liveSince ?? clock.now(),
        reviewComment: comment,
      })
    case 'reject':
      inReview(app.review)
      reasonGiven(comment)
      return world.apps.patch(app, { review: 'not_approved', reviewComment: comment })
  }
}

/**
 * The Content Posting audit: without it posts are private, from private accounts, of five users a day.
 * @throws {PortalProblem}
 */
export function decideAudit(platform: Platform, app: AppRow, decision: Decision, comment = ''): AppRow {
  const { world } = platform
  if (app.kind === 'sandbox')
    throw problem('client_key', 'a sandbox cannot be audited; it never posts publicly')
  switch (decision) {
    case 'submit': {
      if (app.audit === 'in_review') throw problem('decision', 'the audit is under way already')
      const problems: Problem[] = []
      if (!isLive(app)) problems.push({ field: 'review', rule: 'the app must be live first' })
      if (!app.scopes.includes('video.publish'))
        problems.push({
          field: 'scopes',
          rule: 'the audit is about video.publish, which the app does not have',
        })
      if (problems.length > 0) throw new PortalProblem(problems)
      delete app.auditComment
      return world.apps.patch(app, { audit: 'in_review' })
    }
    case 'recall':
      inReview(app.audit)
      return world.apps.patch(app, { audit: 'none' })
    case 'approve':
      inReview(app.audit)
      return world.apps.patch(app, { audit: 'approved', auditComment: comment })
    case 'reject':
      inReview(app.audit)
      reasonGiven(comment)
      return world.apps.patch(app, { audit: 'rejected', auditComment: comment })
  }
}

/** Whether people can log in to this production app. */
export function isLive(app: AppRow): boolean {
  return app.review === 'live' || app.liveSince !== undefined
}

/** What of the review checklist this emulator can see. */
export function submissionProblems(app: AppRow): Problem[] {
  const problems: Problem[] = []
  const taken = TAKEN_NAMES.exec(app.name)?.[0]
  if (taken !== undefined)
    problems.push({ field: 'name', rule: `must not hold the name of a social media company (${taken})` })
  if (app.scopes.length === 0) problems.push({ field: 'scopes', rule: 'choose at least one product' })
  if (app.scopes.includes('user.info.basic') && app.redirectUris.length === 0)
    problems.push({ field: 'redirect_uris', rule: 'Login Kit needs at least one' })
  const open = app.urlProperties.find((property) => !property.verified)
  if (open !== undefined) problems.push({ field: 'url_properties', rule: `${open.value} is not verified` })
  return problems
}

function inReview(state: string): void {
  if (state !== 'in_review') throw problem('decision', 'nothing is in review; submit first')
}

function reasonGiven(comment: string): void {
  if (comment.trim() === '') throw problem('comment', 'a rejection says why')
}

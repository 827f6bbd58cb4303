/** App review and the Content Posting audit, as data. */
export { notOfAPage, provenLines, publishPageProof } from './publish-page-proofs.ts'
export { portalSteps, reviewChecklist, reviewLimits } from './review-checklist.ts'
export { type ChecklistItem, requiredLinks, requiredTexts, uxChecklist } from './ux-checklist.ts'

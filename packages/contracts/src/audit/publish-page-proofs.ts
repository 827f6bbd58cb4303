/**
 * By what test the hub's publish page is shown to keep each line of the checklist. The test itself fails when it tries
 * other lines than stand here, and `npm test` runs it, so that a line that is marked here holds.
 */
import { uxChecklist } from './ux-checklist.ts'

/** Where the tests are, and on what they open the page. */
export const publishPageProof = {
  file: 'packages/hub/test/publish-page/checklist.browser.test.ts',
  looks: ['desktop, light', 'phone, dark'],
} as const

/** Lines that no page can show: they are about what the app is for. */
export const notOfAPage: readonly string[] = ['original-content', 'wide-audience']

/** Ids of the lines that have a test of their own name. */
export const provenLines: readonly string[] = uxChecklist
  .map(({ id }) => id)
  .filter((id) => !notOfAPage.includes(id))

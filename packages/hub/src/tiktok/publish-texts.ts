/** What TikTok prescribes to the letter for a page on which people post. */
export { requiredLinks, requiredTexts } from '@tockwork/contracts/audit'

/** Where the built dashboard lies; and, in the repository, its being built when its sources have changed. */
export { type Dashboard, type DashboardParts, openDashboard } from './dashboard.ts'

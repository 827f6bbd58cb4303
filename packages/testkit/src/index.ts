export { type Connected, startTestkit, Testkit, type TestkitOptions } from './testkit.ts'

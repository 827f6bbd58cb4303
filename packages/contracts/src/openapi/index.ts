export { openApiDocuments } from './document.ts'
export { type JsonSchema, wireSchema } from './wire-schema.ts'

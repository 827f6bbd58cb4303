export { openApiDocuments } from './document.ts'
export { noteFields } from './field-notes.ts'
export { type JsonSchema, wireSchema } from './wire-schema.ts'

export { type Chunk, type ChunkPlan, chunkAt, planChunks } from './chunk-plan.ts'
export { UploadError, UploadInterruptedError, UploadUrlExpiredError } from './upload-errors.ts'
export { type UploadProgress, type UploadStanding, type UploadTask, upload } from './uploader.ts'

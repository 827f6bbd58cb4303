/** Batch compliance: which collected ids may still be kept. Source: developers.tiktok.com/doc/batch-compliance-apis. */
import * as z from 'zod/mini'
import { int64, openEnum } from '../schema.ts'
import { defineEndpoint } from '../vocabulary.ts'
import { base, page } from './parts.ts'

const doc = page('batch-compliance-apis')
/** The sample's id exceeds a signed 64-bit number. */
const taskId = () => int64()

/** Whether users can be checked: the change log says so, the page names only these. */
export const complianceCategories = ['video', 'comment'] as const
export type ComplianceCategory = (typeof complianceCategories)[number]

export const createComplianceTask = defineEndpoint({
  ...base,
  id: 'research.createComplianceTask',
  title: 'Have collected ids checked',
  path: '/v2/research/validation_task/create/',
  doc,
  encoding: 'multipart',
  files: ['file_data'],
  input: z.looseObject({
    /** The content of a text file. One id a line is assumed; at most 10,000. */
    file_data: z.string(),
    category: z.enum(complianceCategories),
  }),
  output: z.looseObject({ task_id: taskId() }),
  errors: [...base.errors, 'invalid_file_upload'],
})

export const complianceStates = ['Processing', 'Completed', 'Failed'] as const

export const complianceTaskStatus = defineEndpoint({
  ...base,
  id: 'research.complianceTaskStatus',
  title: 'How a compliance task is getting on',
  path: '/v2/research/validation_task_status/get/',
  doc,
  input: z.looseObject({ task_id: taskId() }),
  output: z.looseObject({ task_status: openEnum(complianceStates) }),
})

/** Answers a text file with the ids that are still valid; what is missing from it must go. */
export const downloadComplianceTask = defineEndpoint({
  ...base,
  id: 'research.downloadComplianceTask',
  title: 'The ids that are still valid',
  path: '/v2/research/validation_task/download/',
  doc,
  envelope: 'bytes',
  input: z.looseObject({ task_id: taskId() }),
})

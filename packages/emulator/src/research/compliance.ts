import type {
  complianceTaskStatus,
  createComplianceTask,
  downloadComplianceTask,
} from '@tockwork/contracts/research'
import type { Handlers } from '../endpoint/handlers.ts'
import { Refusal } from '../platform.ts'
import { isComment } from './comments.ts'
import { metered } from './metered.ts'
import { researchWorld } from './research-world.ts'

const MOST_IDS = 10_000
const READY_AFTER_MS = 20_000

interface Task {
  app: string
  category: 'video' | 'comment'
  ids: string[]
  createdAt: number
}

const metaId = (task: string): string => `compliance-task:${task}`

/** How ids stand in the file, when a task may be downloaded, and how long it lives are assumed. */
export const complianceHandlers: Handlers<{
  createComplianceTask: typeof createComplianceTask
  complianceTaskStatus: typeof complianceTaskStatus
  downloadComplianceTask: typeof downloadComplianceTask
}> = {
  createComplianceTask: metered('research.data.basic', 'general', ({ platform, app, input }) => {
    const ids = input.file_data.split(/[\s,]+/).filter((line) => line !== '')
    if (ids.length === 0) throw new Refusal('invalid_file_upload', 'file_data: holds no id')
    if (ids.length > MOST_IDS)
      throw new Refusal(
        'invalid_file_upload',
        `file_data: holds ${ids.length} ids, at most ${MOST_IDS} are taken`,
      )
    const wrong = ids.findIndex((id) => !/^\d{1,20}$/.test(id))
    if (wrong >= 0) throw new Refusal('invalid_file_upload', `file_data: line ${wrong + 1} is no id`)
    // Larger than a signed 64-bit number, like the documented sample.
    const task = `1${platform.ids.postId(platform.clock.seconds())}`
    const value: Task = { app: app.id, category: input.category, ids, createdAt: platform.clock.now() }
    platform.world.meta.put({ id: metaId(task), value })
    return { task_id: task }
  }),

  complianceTaskStatus: metered('research.data.basic', 'general', ({ platform, app, input }) => {
    const { createdAt } = taskOf(platform, app.id, input.task_id)
    return { task_status: platform.clock.now() - createdAt < READY_AFTER_MS ? 'Processing' : 'Completed' }
  }),

  downloadComplianceTask: metered('research.data.basic', 'general', ({ platform, app, input }) => {
    const { category, ids, createdAt } = taskOf(platform, app.id, input.task_id)
    if (platform.clock.now() - createdAt < READY_AFTER_MS)
      throw new Refusal('invalid_params', `The task ${input.task_id} is not completed`)
    const { corpus } = researchWorld(platform)
    const now = platform.clock.seconds()
    const valid = ids.filter((id) => {
      if (category === 'comment') return isComment(corpus, id, now)
      const n = corpus.find(id)
      return n !== undefined && corpus.isPublic(n, now)
    })
    return new TextEncoder().encode(valid.map((id) => `${id}\n`).join(''))
  }),
}

function taskOf(
  platform: { world: { meta: { get(id: string): { value?: unknown } | undefined } } },
  app: string,
  id: string,
): Task {
  const task = platform.world.meta.get(metaId(id))?.value as Task | undefined
  if (task === undefined || task.app !== app)
    throw new Refusal('invalid_params', `The task ${id} does not exist`)
  return task
}

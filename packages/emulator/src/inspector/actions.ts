import * as z from 'zod/mini'
import { faultSpec } from '../control/faults.ts'
import { applySettings, type Control } from '../control/routes.ts'
import type { Answer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Router } from '../http/router.ts'
import { endGrant } from '../oauth/tokens.ts'
import { type Notices, readForm } from '../pages/form.ts'
import { when } from '../pages/page.ts'
import { createCreator, schemaProblems, updateCreator } from '../portal/creators.ts'
import { PortalProblem, type Problem, problem } from '../portal/problem.ts'
import { resend } from '../webhooks/delivery.ts'
import { discardDraft, isDraft, postDraft } from './drafts.ts'
import { presets } from './faults-page.ts'
import type { addInspectorPages, Show } from './routes.ts'
import { readSettingsForm } from './settings-page.ts'
import { readCreatorForm } from './world-page.ts'

/** What the inspector's forms do. Each leads back to its page, or shows it again with what was wrong. */
export function addInspectorActions(
  router: Router,
  control: Control,
  notices: Notices,
  shows: ReturnType<typeof addInspectorPages>,
): void {
  const { platform, faults, log } = control
  const { world, clock } = platform
  type Work = (form: URLSearchParams, params: Record<string, string>) => string | Promise<string>
  const on = (
    name: string,
    page: string,
    work: Work,
    again?: (params: Record<string, string>) => Show | undefined,
  ): void =>
    router.add('POST', `/_emulator/actions/${name}`, async (exchange: Exchange, params): Promise<Answer> => {
      const form = await readForm(exchange)
      const to = form.get('back') ?? page.replace(':username', encodeURIComponent(params.username ?? ''))
      try {
        return notices.back(to, { kind: 'done', text: await work(form, params) })
      } catch (error) {
        if (!(error instanceof PortalProblem)) throw error
        const show = again?.(params)
        if (show !== undefined)
          return show(exchange, { section: name, problems: error.problems, entered: form })
        return notices.back(to, { kind: 'problem', text: error.message })
      }
    })

  on('clock', '/_emulator/', async (form) => {
    const seconds = form.get('advance')
    if (seconds !== null) {
      if (!/^\d{1,9}$/.test(seconds)) throw problem('advance', 'must be whole seconds')
      await control.advance(Number(seconds))
      return `It is now ${when(clock.now())}.`
    }
    clock.freeze(form.get('frozen') === 'true')
    return clock.frozen ? 'Time stands still.' : 'Time runs.'
  })
  on('clear-requests', '/_emulator/', () => {
    log.clear()
    return 'The list is empty.'
  })

  on('disconnect', '/_emulator/world', (form) => {
    const grant = world.grants.get(form.get('grant') ?? '')
    if (grant === undefined || grant.endedAt !== undefined) throw problem('grant', 'has ended already')
    endGrant(platform, grant, 1)
    return `@${grant.creator} disconnected ${grant.clientKey}.`
  })
  on(
    'creators',
    '/_emulator/world',
    (form) => {
      const creator = createCreator(platform, {
        username: (form.get('username') ?? '').trim(),
        private: form.has('private'),
      })
      return `@${creator.id} lives here now.`
    },
    () => shows.world,
  )
  on(
    'creators/:username',
    '/_emulator/world/:username',
    (form, params) => {
      const creator = world.creators.get(params.username ?? '')
      if (creator === undefined) throw problem('username', 'does not exist')
      updateCreator(platform, creator, readCreatorForm(form))
      return 'Saved.'
    },
    (params) => shows.creator(params.username ?? ''),
  )

  const draft = (form: URLSearchParams) => {
    const post = world.publishes.get(form.get('publish') ?? '')
    if (post === undefined || !isDraft(post)) throw problem('publish', 'is not in an inbox any more')
    return post
  }
  on('post-draft', '/_emulator/posts', (form) => {
    const post = draft(form)
    postDraft(platform, post)
    return `@${post.creator} posted it.`
  })
  on('discard-draft', '/_emulator/posts', (form) => {
    const post = draft(form)
    discardDraft(platform, post)
    return `@${post.creator} discarded it.`
  })

  on('resend', '/_emulator/deliveries', (form) => {
    const delivery = world.deliveries.get(form.get('delivery') ?? '')
    if (delivery === undefined) throw problem('delivery', 'does not exist')
    resend(platform, delivery)
    return clock.frozen ? 'It goes out when the clock moves.' : 'Sent again.'
  })

  on(
    'faults',
    '/_emulator/disturb',
    (form) => {
      const spec = readFault(form)
      return `Added ${faults.add(spec).id}.`
    },
    () => shows.faults,
  )
  on('remove-fault', '/_emulator/disturb', (form) => {
    faults.remove(form.get('id') ?? undefined)
    return 'Removed.'
  })
  on(
    'settings',
    '/_emulator/preferences',
    (form) => {
      const { change, problems } = readSettingsForm(form)
      if (problems.length > 0) throw new PortalProblem(problems)
      const refused = applySettings(platform.settings, change)
      if (refused !== undefined) throw new PortalProblem([asProblem(refused)])
      return 'Saved.'
    },
    () => shows.settings,
  )
}

function readFault(form: URLSearchParams) {
  const preset = presets.find((one) => one.name === form.get('preset'))
  if (preset !== undefined) return structuredClone(preset.fault)
  let value: unknown
  try {
    value = JSON.parse(form.get('fault') ?? '')
  } catch {
    throw problem('fault', 'is not JSON')
  }
  const read = z.safeParse(faultSpec, value)
  if (read.success) return read.data
  throw problem(
    'fault',
    schemaProblems(read.error, 0)
      .problems.map((one) => `${one.field}: ${one.rule}`)
      .join('; '),
  )
}

/** `name: rule`, as `applySettings` says it. */
function asProblem(text: string): Problem {
  const [field = '', ...rule] = text.split(': ')
  return { field, rule: rule.join(': ') }
}

import { describe, expect, test } from 'vitest'
import { endpoints } from '../src/all.ts'
import { requiredTexts, reviewChecklist, uxChecklist } from '../src/audit/index.ts'
import { userFieldScopes, userFields, videoFields } from '../src/display/index.ts'
import { embedPlayer } from '../src/embed/index.ts'
import { lookUpError, mediaRules, postingCaps, scopeMigration, scopes } from '../src/index.ts'
import {
  businessScopes,
  contradictions,
  contradictionsAbout,
  lifecycle,
  observations,
  postingFacts,
  reviewStates,
  sandboxFacts,
  sandboxRules,
  unauditedRules,
  unstated,
  wireConventions,
} from '../src/knowledge/index.ts'
import { tokenRules } from '../src/oauth/index.ts'
import { categories, categoryScopes } from '../src/portability/index.ts'
import {
  initAnswerLimits,
  privacyLevels,
  privacyOptionsByAccount,
  publishStatuses,
  statusFlow,
} from '../src/posting/index.ts'
import { events } from '../src/webhooks/index.ts'

const claims = [...observations, ...unstated, ...postingFacts, ...sandboxFacts, ...wireConventions]

describe('every fact has a source', () => {
  test('ids are unique in their lists', () => {
    for (const list of [
      claims.filter((c) => !unstated.includes(c)),
      unstated,
      contradictions,
      lifecycle,
      uxChecklist,
      reviewChecklist,
    ]) {
      const ids = (list as readonly { id: string }[]).map(({ id }) => id)
      expect(new Set(ids).size, ids.join()).toBe(ids.length)
    }
  })

  test('what is documented stands on a page of TikTok’s', () => {
    const all = [
      ...claims,
      ...lifecycle,
      ...contradictions.flatMap(({ versions }) => versions),
      ...endpoints.map(({ doc }) => ({ source: doc.url, provenance: 'documented' })),
    ]
    for (const { source, provenance } of all) {
      expect(source).not.toBe('')
      if (provenance === 'documented') expect(source).toMatch(/^https:\/\/developers\.tiktok\.com\//)
    }
  })

  test('a contradiction has at least two sides, and names things that exist', () => {
    const fields = JSON.stringify(
      endpoints.flatMap(({ examples }) => examples ?? []),
      (_key, value) => (typeof value === 'bigint' ? String(value) : value),
    )
    for (const { id, versions, concerns = [] } of contradictions) {
      expect(versions.length, id).toBeGreaterThan(1)
      for (const name of concerns) {
        const known =
          lookUpError(name).length > 0 ||
          name in events ||
          (userFields as string[]).includes(name) ||
          fields.includes(name) ||
          ['logid', 'publish_type'].includes(name)
        expect(known, `${id}: ${name}`).toBe(true)
      }
    }
  })
})

test('contradictions are found by what they concern', () => {
  expect(contradictionsAbout('invalid_params').map(({ id }) => id)).toEqual(['invalid-param'])
  expect(contradictionsAbout('code_challenge').map(({ id }) => id)).toEqual(['pkce-encoding', 'pkce-web'])
  expect(contradictionsAbout('nothing')).toEqual([])
})

describe('data agree with each other', () => {
  test('options of an account are privacy levels, and SELF_ONLY is always among them', () => {
    for (const options of Object.values(privacyOptionsByAccount)) {
      expect(options).toContain('SELF_ONLY')
      for (const option of options) expect(privacyLevels).toContain(option)
    }
  })

  test('statuses lead only to statuses, and each can be left or is final', () => {
    for (const flow of Object.values(statusFlow)) {
      for (const [from, next] of Object.entries(flow)) {
        expect(publishStatuses).toContain(from)
        for (const to of next) expect(flow).toHaveProperty(to)
      }
    }
    const reached = Object.values(statusFlow).flatMap((flow) => Object.keys(flow))
    expect(new Set(reached)).toEqual(new Set(publishStatuses))
  })

  test('samples keep to the lengths of an init’s answer', () => {
    const answers = endpoints
      .filter(({ id }) => id.startsWith('posting.init'))
      .flatMap(({ examples = [] }) => examples.map(({ response }) => response))
    for (const answer of answers) {
      const { publish_id = '', upload_url = '' } =
        (answer as { data?: Record<string, string> } | undefined)?.data ?? {}
      expect(publish_id.length).toBeLessThanOrEqual(initAnswerLimits.publishIdMaxLength)
      expect(upload_url.length).toBeLessThanOrEqual(initAnswerLimits.uploadUrlMaxLength)
    }
  })

  test('the scope migration and the scopes of fields say the same', () => {
    for (const [scope, moved] of Object.entries(scopeMigration.moved))
      for (const field of moved) expect(userFieldScopes[field]).toBe(scope)
    const { affects } = lifecycle.find(({ id }) => id === 'user-info-scopes') ?? {}
    expect(affects).toEqual(Object.values(scopeMigration.moved).flat())
    expect(userFields).toHaveLength(15)
    expect(videoFields).toHaveLength(15)
  })

  test('scopes: those of exports exist, and none of Business is taken for one of ours', () => {
    expect(Object.keys(categoryScopes).sort()).toEqual([...categories].sort())
    for (const scope of Object.values(categoryScopes).flat()) expect(scopes).toHaveProperty([scope])
    for (const scope of businessScopes.names) expect(scopes).not.toHaveProperty([scope])
    for (const { scopes: named } of sandboxRules.unavailable)
      for (const scope of named) expect(scopes).toHaveProperty([scope])
  })

  test('rules before the audit name known codes, and the cap is the one that is kept', () => {
    for (const code of unauditedRules.codes) expect(lookUpError(code)).toHaveLength(1)
    expect(unauditedRules.usersPerDay).toBe(postingCaps.unauditedUsersPerDay)
    for (const level of unauditedRules.privacyLevels) expect(privacyLevels).toContain(level)
  })

  test('review states lead to review states', () => {
    for (const { next } of Object.values(reviewStates))
      for (const state of next) expect(reviewStates).toHaveProperty(state)
  })

  test('numbers of the pages', () => {
    expect(sandboxRules).toMatchObject({ maxSandboxesPerApp: 5, maxTargetUsers: 10 })
    expect(mediaRules.photo.maxCount).toBe(35)
    expect(mediaRules.video.creatorDurationsSec).toEqual([180, 300, 600])
    expect(tokenRules.userAccess).toMatchObject({ prefix: 'act.', seconds: 86_400 })
    expect(tokenRules.client).toMatchObject({ prefix: 'clt.', seconds: 7200 })
    expect(Object.keys(embedPlayer.parameters)).toHaveLength(14)
  })
})

describe('the audit', () => {
  test('every prescribed text stands at the rule that asks for it, and reads as TikTok has it', () => {
    const labels = uxChecklist.flatMap(({ label }) => label ?? [])
    const { yourBrand, brandedContent, ...sentences } = requiredTexts
    expect(labels.sort()).toEqual(Object.values(sentences).sort())
    const rules = uxChecklist.map(({ rule }) => rule).join(' ')
    expect(rules).toContain(yourBrand)
    expect(rules).toContain(brandedContent)
  })

  test('what a text links to is a part of it', () => {
    for (const { label = '', links = {} } of uxChecklist)
      for (const part of Object.keys(links)) expect(label).toContain(part)
  })
})

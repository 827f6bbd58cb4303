import { POST_STATES } from '@tockwork/api'
import { describe, expect, it } from 'vitest'
import {
  assertTransition,
  BEFORE_INIT,
  type PostState,
  PostTransitionError,
  TRANSITIONS,
} from './post-states.ts'

describe('the states of a post', () => {
  it('are all reached from the first, and each but a cancelled one can end', () => {
    const reached = new Set<PostState>()
    const visit = (state: PostState): void => {
      if (reached.has(state)) return
      reached.add(state)
      TRANSITIONS[state].forEach(visit)
    }
    visit('accepted')
    expect([...reached].sort()).toEqual([...POST_STATES].sort())
    expect(TRANSITIONS.cancelled).toEqual([])
  })

  it('never lead from a doubt back to an init: a person stands in between', () => {
    expect(TRANSITIONS.needs_attention).not.toContain('accepted')
    expect(TRANSITIONS.needs_attention).not.toContain('initialising')
    for (const state of ['processing', 'in_inbox', 'published'] as const)
      expect(TRANSITIONS[state]).not.toContain('initialising')
  })

  it('refuse what is not in the table', () => {
    expect(() => assertTransition('published', 'accepted')).toThrow(PostTransitionError)
    expect(() => assertTransition('failed', 'accepted')).not.toThrow()
    for (const state of BEFORE_INIT) expect(TRANSITIONS[state]).toContain('cancelled')
  })
})

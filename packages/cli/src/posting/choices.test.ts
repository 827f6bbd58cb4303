import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Output } from '../output/output.ts'
import { makeChoices } from './choices.ts'

const CREATOR = {
  creator_username: 'mika',
  privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  comment_disabled: false,
  duet_disabled: false,
  stitch_disabled: false,
}

function choose(emulated: boolean, flags = {}) {
  const stderr = new PassThrough()
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr }
  const out = new Output({ ...streams, json: false, verbose: false, colours: false })
  const choices = makeChoices(flags, CREATOR, 'video', {
    out,
    signal: new AbortController().signal,
    emulated,
  })
  return { choices, said: () => String(stderr.read() ?? '') }
}

test('for a real creator a missing privacy is never filled in: the flag and the options are named', async () => {
  const refused = choose(false).choices
  await expect(refused).rejects.toMatchObject({
    field: '--privacy',
    action: expect.stringContaining('SELF_ONLY'),
  })
})

test('against the emulator, with nobody to ask, it is the most private one, and that is said', async () => {
  const { choices, said } = choose(true)
  expect(await choices).toMatchObject({
    privacyLevel: 'SELF_ONLY',
    disableComment: true,
    brandContent: false,
  })
  expect(said()).toContain('Against TikTok, --privacy is needed.')
})

test('a flag wins everywhere', async () => {
  expect(await choose(true, { privacy: 'public' }).choices).toMatchObject({
    privacyLevel: 'PUBLIC_TO_EVERYONE',
  })
})

import { nameOfSealed, SEALED_COLUMNS } from '@tockwork/hub'
import { expect, test } from 'vitest'
import { sealedKinds, storedWith } from './data-handling.ts'
import { makePacket, packetPage } from './packet.ts'

test('every column of the vault is described, and nothing that is none', () => {
  expect(Object.keys(sealedKinds).sort()).toEqual(SEALED_COLUMNS.map(nameOfSealed).sort())
})

test('what an app does not ask for is not said to be stored', () => {
  const kinds = storedWith(['user.info.basic']).map(({ what }) => what)
  expect(kinds.some((what) => what.includes('token'))).toBe(true)
  expect(kinds.some((what) => what.includes('captions'))).toBe(false)
})

test('the packet says by what test each line of the posting screen is kept', () => {
  const packet = makePacket({
    scopes: ['video.publish'],
    hub: undefined,
    code: undefined,
    recording: undefined,
  })
  const untested = packet.checklist
    .filter(({ tested }) => tested === null)
    .map(({ id, status }) => [id, status])
  expect(untested).toEqual([
    ['original-content', 'yours'],
    ['wide-audience', 'yours'],
  ])
  const page = packetPage(packet)
  expect(page).toContain('checklist.browser.test.ts')
  expect(page).toMatch(/- \[ \] Show the creator’s nickname.* `nickname` \(tested\)/)
  expect(page).toContain('access and refresh token of each creator; kept until the grant ends')
})

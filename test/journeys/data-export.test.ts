/** A data export through the SDK, down to a ZIP that other programs open. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import {
  addDataRequest,
  cancelDataRequest,
  checkDataRequest,
  downloadData,
} from '@tockwork/contracts/portability'
import { startTestkit } from '@tockwork/testkit'
import { expect, test } from 'vitest'

test.each(['json', 'text'] as const)(
  'an export as %s is asked for, waited for and opened',
  async (format) => {
    await using kit = await startTestkit()
    const { creator } = await kit.connect('mika', { scopes: ['user.info.basic', 'portability.all.ongoing'] })
    const { request_id } = await creator.call(addDataRequest, {
      query: { fields: ['request_id'] },
      input: { data_format: format, category_selection_list: ['profile', 'video'] },
    })
    await kit.emulator.advance(30)
    const state = await creator.call(checkDataRequest, {
      query: { fields: ['status'] },
      input: { request_id },
    })
    expect(state).toEqual({ status: 'downloading' })
    const archive = await creator.call(downloadData, { input: { request_id } })
    const files = unzip(Buffer.from(archive))
    if (format === 'text') expect(files.get('TikTok/Profile.txt')).toContain('userName: mika')
    else {
      const read = JSON.parse(files.get('user_data_tiktok.json') ?? '')
      expect(Object.keys(read)).toEqual(['Profile', 'Post'])
      expect(read.Profile.userName).toBe('mika')
      expect(read.Post.VideoList).toHaveLength(34)
    }
    if (spawnSync('python3', ['--version']).status === 0) testedByPython(archive)
    await expect(creator.call(cancelDataRequest, { input: { request_id } })).rejects.toMatchObject({
      code: 'invalid_params',
    })
  },
)

/** Reads from the end, as programs do: end record, directory, then each file by its local header. */
function unzip(bytes: Buffer): Map<string, string> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const files = new Map<string, string>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50)
    const [size, nameLength] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)]
    const local = bytes.readUInt32LE(at + 42)
    expect(bytes.readUInt32LE(local)).toBe(0x04034b50)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const data = bytes.subarray(start, start + size)
    expect(crc32(data)).toBe(bytes.readUInt32LE(at + 16))
    files.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), data.toString('utf8'))
    at += 46 + nameLength
  }
  expect(at).toBe(end)
  return files
}

/** Another program's opinion, where there is one on this machine. */
function testedByPython(archive: Uint8Array): void {
  const folder = mkdtempSync(join(tmpdir(), 'tockwork-zip-'))
  try {
    writeFileSync(join(folder, 'data.zip'), archive)
    execFileSync('python3', ['-m', 'zipfile', '-t', 'data.zip'], { cwd: folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

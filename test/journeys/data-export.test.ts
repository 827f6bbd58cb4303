/** A data export through the SDK, down to a ZIP that another program opens. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  addDataRequest,
  cancelDataRequest,
  checkDataRequest,
  downloadData,
} from '@tockwork/contracts/portability'
import { startTestkit } from '@tockwork/testkit'
import { describe, expect, test } from 'vitest'

describe('the archive', () => {
  test.each(['json', 'text'])(
    'as %s is a ZIP that another program reads, through the SDK',
    async (format) => {
      await using kit = await startTestkit()
      const { creator } = await kit.connect('mika', {
        scopes: ['user.info.basic', 'portability.all.ongoing'],
      })
      const { request_id } = await creator.call(addDataRequest, {
        query: { fields: ['request_id'] },
        input: { data_format: format as 'json' | 'text', category_selection_list: ['profile', 'video'] },
      })
      await kit.emulator.advance(30)
      const state = await creator.call(checkDataRequest, {
        query: { fields: ['status'] },
        input: { request_id },
      })
      expect(state).toEqual({ status: 'downloading' })
      const bytes = await creator.call(downloadData, { input: { request_id } })
      await expect(creator.call(cancelDataRequest, { input: { request_id } })).rejects.toMatchObject({
        code: 'invalid_params',
      })
      const folder = mkdtempSync(join(tmpdir(), 'tockwork-zip-'))
      try {
        writeFileSync(join(folder, 'data.zip'), bytes)
        execFileSync(
          'python3',
          ['-c', "import zipfile;z=zipfile.ZipFile('data.zip');assert z.testzip() is None;z.extractall()"],
          {
            cwd: folder,
          },
        )
        if (format === 'text') {
          expect(readFileSync(join(folder, 'TikTok/Profile.txt'), 'utf8')).toContain('userName: mika')
          return
        }
        const read = JSON.parse(readFileSync(join(folder, 'user_data_tiktok.json'), 'utf8'))
        expect(Object.keys(read)).toEqual(['Profile', 'Post'])
        expect(read.Profile.userName).toBe('mika')
        expect(read.Post.VideoList).toHaveLength(34)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
})

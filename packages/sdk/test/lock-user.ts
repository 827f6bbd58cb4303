/** A process that takes the lock five times and writes down when it was inside. */
import { appendFile } from 'node:fs/promises'
import { FileTokenStore } from '@tockwork/sdk/node'

const [folder = '', journal = ''] = process.argv.slice(2)
const store = new FileTokenStore(folder)
for (let i = 0; i < 5; i += 1) {
  await store.lock('user', async () => {
    await appendFile(journal, `in ${process.pid}\n`)
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await appendFile(journal, `out ${process.pid}\n`)
  })
}

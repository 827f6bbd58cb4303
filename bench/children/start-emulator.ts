/** Starts an emulator in this process, once: the first start is the one that every test file pays for. */
import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import { startEmulator } from '@tockwork/emulator'
import { answerQuestions } from '../worker.ts'

answerQuestions({
  async start(): Promise<{ emulatorMs: number; bareMs: number }> {
    const from = performance.now()
    const emulator = await startEmulator()
    const emulatorMs = performance.now() - from
    await emulator.close()
    const bareFrom = performance.now()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const bareMs = performance.now() - bareFrom
    server.close()
    return { emulatorMs, bareMs }
  },
})

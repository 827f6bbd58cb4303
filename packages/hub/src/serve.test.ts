import { DatabaseError } from 'pg'
import { expect, it } from 'vitest'
import { hearConnectionError } from './serve.ts'

it('a database connection that breaks unheard is told, and anything else ends the program', () => {
  const told: string[] = []
  const write = (line: string): void => void told.push(line)
  const gone = new DatabaseError('terminating connection due to unexpected postmaster exit', 115, 'error')
  gone.code = '57P01'
  hearConnectionError(gone, write)
  hearConnectionError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), write)
  expect(told).toEqual([expect.stringContaining('postmaster exit'), expect.stringContaining('ECONNRESET')])
  expect(() => hearConnectionError(new TypeError('x is not a function'), write)).toThrow(TypeError)
  const missing = Object.assign(new DatabaseError('relation "x" does not exist', 1, 'error'), {
    code: '42P01',
  })
  expect(() => hearConnectionError(missing, write)).toThrow('does not exist')
  expect(told).toHaveLength(2)
})

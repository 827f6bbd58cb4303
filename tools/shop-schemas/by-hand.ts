/** Models of operations that came after the OpenAPI files, in the notation. */
import { parseFields } from '@tockwork/contracts/shop/model-notation'
import type { ShopModel } from './model.ts'

/** Models by operation; the id of another where it is the same as that one's. @throws {Error} naming the line */
export function readModels(text: string): Map<string, ShopModel | string> {
  const [head, ...lines] = text.trimEnd().split('\n')
  if (head !== 'operation\tquery\tbody\tdata') throw new Error('models.tsv: the head is wrong')
  return new Map<string, ShopModel | string>(
    lines.map((line, at) => {
      const [id = '', query = '', body = '', data = '', ...more] = line.split('\t')
      try {
        if (id === '' || more.length > 0) throw new Error('operation, query, body and data are needed')
        if (query.startsWith('like ')) return [id, query.slice('like '.length)]
        return [id, { query: parseFields(query), body: parseFields(body), data: parseFields(data) }]
      } catch (error) {
        throw new Error(`models.tsv, line ${at + 2}: ${(error as Error).message}`, { cause: error })
      }
    }),
  )
}

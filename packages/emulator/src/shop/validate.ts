/** The body against the model that TikTok publishes: types and words. What is missing has codes of its own in the handlers. */
import type { ShopOperation } from '@tockwork/contracts/shop'
import { checkShopValue, type ShopProblem, shopSchema } from '@tockwork/contracts/shop/schemas'
import type { Exchange } from '../http/exchange.ts'
import { ShopRefusal } from './call.ts'

/** Text for a number and the other way round: clients mix them up, and are understood. */
function isMixedUp({ rule }: ShopProblem): boolean {
  return rule === 'must be text' || rule.endsWith('a whole number') || rule === 'must be a number'
}

function isOfForm({ rule }: ShopProblem): boolean {
  return rule.startsWith('must be ') && !rule.startsWith('must be from ')
}

/** @throws {ShopRefusal} naming the first field that does not fit; under `strict` also for what real clients mix up */
export async function validateBody(
  operation: ShopOperation,
  body: Readonly<Record<string, unknown>>,
  exchange: Exchange,
  strict: boolean,
): Promise<void> {
  const schema = await shopSchema(operation.id)
  if (schema === undefined) return
  const problems = checkShopValue(schema.body, body, { coming: true }).filter(isOfForm)
  const [wrong] = problems.filter((problem) => strict || !isMixedUp(problem))
  if (wrong !== undefined) throw new ShopRefusal(36009004, `${wrong.field}: ${wrong.rule}`)
  for (const { field, rule } of problems) exchange.warn(`${field}: ${rule}`)
}

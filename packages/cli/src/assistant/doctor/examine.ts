import { Scrubber } from '../scrubber.ts'
import { checkCalls } from './check-calls.ts'
import { checkCode } from './check-code.ts'
import { checkConfiguration } from './check-configuration.ts'
import { checkLogins } from './check-logins.ts'
import { checkShop } from './check-shop.ts'
import { checkWebhooks } from './check-webhooks.ts'
import { byLevel, type Diagnosis } from './diagnosis.ts'
import type { Facts } from './facts.ts'

/** All findings, the worst first, without any secret of the environment. */
export async function examine(facts: Facts): Promise<Diagnosis[]> {
  const scrubber = new Scrubber()
  for (const [name, value] of Object.entries(facts.config.environment)) {
    scrubber.hideNamed(name, value ?? '')
    scrubber.learnUrl(value ?? '')
  }
  const found = [
    ...(await checkConfiguration(facts)),
    ...checkLogins(facts),
    ...checkCalls(facts),
    ...checkCode(facts.code),
    ...checkShop(facts),
    ...checkWebhooks(facts),
  ]
  return scrubber.value(byLevel(found))
}

/** Income: what a creator earned on a platform or sold through it (product INCOME). */
import { z } from 'zod'
import { ofAccount, time } from './wire.ts'

const text = z.string().nullable()
const profile = { platform_profile_id: text, platform_profile_name: text } as const
const money = { amount: z.number(), currency: z.string().meta({ description: 'ISO 4217' }) } as const

export const socialTransaction = z
  .object({
    ...ofAccount,
    ...money,
    type: z.enum(['AD', 'SUBSCRIPTION', 'ADDITIONAL']),
    cpm: z.number().nullable(),
    external_id: text,
    transaction_at: time,
    ...profile,
  })
  .meta({ id: 'SocialTransaction' })

export const commerceTransaction = z
  .object({
    ...ofAccount,
    ...money,
    type: z.enum(['SALE', 'REFUND', 'CANCELLED', 'VOID', 'OTHER']),
    status: z.enum(['SUCCESS', 'FAILURE', 'PENDING', 'OTHER']),
    external_id: text,
    transaction_at: time,
    ...profile,
  })
  .meta({ id: 'CommerceTransaction' })

export const payout = z
  .object({
    ...ofAccount,
    ...money,
    status: z.enum(['SCHEDULED', 'PAID', 'IN_TRANSIT', 'CANCELLED', 'OTHER']),
    payout_interval: z
      .enum(['AUTOMATIC_DAILY', 'AUTOMATIC_WEEKLY', 'AUTOMATIC_MONTHLY', 'MANUAL', 'OTHER'])
      .nullable(),
    bank_details: z
      .object({ name: text, account_last_digits: text, account_routing_number: text })
      .nullable(),
    external_id: text,
    payout_at: time,
    ...profile,
  })
  .meta({ id: 'Payout' })

export const balance = z
  .object({ ...ofAccount, balance: z.array(z.object(money)), balance_at: time, ...profile })
  .meta({ id: 'Balance' })

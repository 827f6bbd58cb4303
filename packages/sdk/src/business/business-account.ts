import type { Endpoint, OutputOf } from '@tockwork/contracts'
import {
  type AccountField,
  audienceFields,
  type DailyField,
  dailyFields,
  getAccount,
  type ProfileField,
} from '@tockwork/contracts/business'
import { UsageError } from '@tockwork/kernel'
import type { Picked } from '../display/user.ts'
import type { BusinessCaller, BusinessCallOptions } from './business-caller.ts'
import { BusinessComments } from './business-comments.ts'
import { BusinessPublishing } from './business-publishing.ts'
import { BusinessVideos } from './business-videos.ts'

/** An account with every field that exists; a call gives those that were asked for. */
export type BusinessAccountData = OutputOf<typeof getAccount>
export type AccountDay = NonNullable<BusinessAccountData['metrics']>[number]

/** Who follows an account. Each list is empty below 100 followers; shares are 0 to 1 (assumed). */
export interface Audience {
  ages: NonNullable<BusinessAccountData['audience_ages']>
  genders: NonNullable<BusinessAccountData['audience_genders']>
  countries: NonNullable<BusinessAccountData['audience_countries']>
  cities: NonNullable<BusinessAccountData['audience_cities']>
}

/** UTC days, `YYYY-MM-DD` or a moment in them, both included; TikTok looks back 60 days at most. */
export interface DayRange {
  from?: string | Date
  to?: string | Date
}

interface Signal {
  signal?: AbortSignal | undefined
}

/** Everything that can be done as one TikTok account. Cheap to make. */
export class BusinessAccount {
  readonly #caller: BusinessCaller
  /** The account's `open_id`. */
  readonly businessId: string
  readonly videos: BusinessVideos
  readonly comments: BusinessComments
  readonly publishing: BusinessPublishing

  constructor(caller: BusinessCaller) {
    this.#caller = caller
    this.businessId = caller.businessId
    this.videos = new BusinessVideos(caller)
    this.comments = new BusinessComments(caller)
    this.publishing = new BusinessPublishing(caller)
  }

  /** Calls any endpoint of the contracts as this account; `business_id` is filled in. */
  call<E extends Endpoint>(endpoint: E, options: BusinessCallOptions<E> = {}): Promise<OutputOf<E>> {
    if (endpoint.auth === 'user' && endpoint.envelope === 'business')
      return this.#caller.call(endpoint, options)
    throw new UsageError(`${endpoint.id} is not called as a TikTok account of a business app.`, {
      endpoint: endpoint.id,
      action: 'Use an endpoint of @tockwork/contracts/business; those of tokens are in business.auth.',
    })
  }

  /** The profile as it is now. TikTok may leave out a field that it has no value for. */
  async profile<const F extends ProfileField>(
    fields: readonly F[],
    options: Signal = {},
  ): Promise<Picked<BusinessAccountData, F>> {
    // Narrowed to what was asked for.
    return (await this.#read(fields, {}, options)) as Picked<BusinessAccountData, F>
  }

  /** Who follows the account. Needs `user.insights`. */
  async audience(options: Signal = {}): Promise<Audience> {
    const data = await this.#read(audienceFields, {}, options)
    return {
      ages: data.audience_ages ?? [],
      genders: data.audience_genders ?? [],
      countries: data.audience_countries ?? [],
      cities: data.audience_cities ?? [],
    }
  }

  /** Figures by the day. A day is missing until TikTok has counted it, 24 to 48 hours after its end. */
  async days(
    range: DayRange = {},
    options: Signal & { fields?: readonly DailyField[] } = {},
  ): Promise<AccountDay[]> {
    const { fields = dailyFields } = options
    return (await this.#read(fields, range, options)).metrics ?? []
  }

  #read(
    fields: readonly AccountField[],
    { from, to }: DayRange,
    { signal }: Signal,
  ): Promise<BusinessAccountData> {
    if (fields.length === 0)
      throw new UsageError('fields is a list of at least one field name', { field: 'fields' })
    return this.#caller.call(getAccount, {
      query: {
        fields: [...fields],
        ...(from === undefined ? {} : { start_date: dayOf(from, 'from') }),
        ...(to === undefined ? {} : { end_date: dayOf(to, 'to') }),
      },
      signal,
    })
  }
}

function dayOf(given: string | Date, field: string): string {
  const text = given instanceof Date ? given.toISOString() : given
  if (!Number.isNaN(Date.parse(text)) && /^\d{4}-\d{2}-\d{2}/.test(text)) return text.slice(0, 10)
  throw new UsageError(`${field}: expected YYYY-MM-DD or a date`, { field })
}

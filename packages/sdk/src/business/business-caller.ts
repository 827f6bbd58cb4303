import type { Endpoint, InputOf, OutputOf, QueryOf } from '@tockwork/contracts'
import type { Credential, Dispatcher } from '../transport/dispatcher.ts'

export type WithoutAccount<T> = Omit<T, 'business_id'>

/** A call as one account, whose `business_id` is filled in. */
export interface BusinessCallOptions<E extends Endpoint> {
  query?: WithoutAccount<QueryOf<E>>
  input?: WithoutAccount<InputOf<E>>
  signal?: AbortSignal | undefined
}

/** Calls endpoints as one account. */
export class BusinessCaller {
  readonly #dispatcher: Dispatcher
  readonly #credential: Credential
  readonly businessId: string

  constructor(dispatcher: Dispatcher, credential: Credential, businessId: string) {
    this.#dispatcher = dispatcher
    this.#credential = credential
    this.businessId = businessId
  }

  async call<E extends Endpoint>(endpoint: E, options: BusinessCallOptions<E>): Promise<OutputOf<E>> {
    const { signal } = options
    const mine = { business_id: this.businessId }
    const call =
      endpoint.method === 'GET'
        ? { query: { ...mine, ...options.query }, signal }
        : { input: { ...mine, ...options.input }, signal }
    // The dispatcher decodes with this endpoint's own schema.
    return (await this.#dispatcher.call(endpoint, call, this.#credential)) as OutputOf<E>
  }
}

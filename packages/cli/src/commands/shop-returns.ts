/** `shop returns`: what buyers want to send back, or to have refunded. */
import type { Context } from '../context.ts'
import { table } from '../output/output.ts'
import { readNumber, readTime, shorten, timeText } from '../shop/options.ts'
import { aboutShop, openShop, type ShopOption, titleOf } from '../shop/shop-session.ts'

export interface ReturnsOptions extends ShopOption {
  status?: string
  order?: string
  since?: string
  limit?: string
}

/** As TikTok's model has it. */
const MOST_A_PAGE = 50

export async function returns(context: Context, options: ReturnsOptions): Promise<void> {
  const { out, signal } = context
  const limit = readNumber(options.limit, '--limit', { least: 1, most: 100_000, preset: 50 })
  const session = await openShop(context, options)
  const since = readTime(options.since, '--since', session.clock.now())
  const found = []
  const list = session.shop.list('shop.return_refund.SearchReturns.202602', 'return_orders', {
    body: {
      ...(options.status === undefined
        ? {}
        : { return_status: [options.status.trim().toUpperCase().replaceAll('-', '_')] }),
      ...(options.order === undefined ? {} : { order_ids: [options.order] }),
      ...(since === undefined ? {} : { update_time_ge: since }),
    },
    pageSize: Math.min(limit, MOST_A_PAGE),
    signal,
  })
  for await (const each of list) {
    found.push(each)
    if (found.length === limit) break
  }
  out.result({ ...aboutShop(session), returns: found }, [
    found.length === 0
      ? `No such returns in ${titleOf(session)}`
      : `${found.length} return${found.length === 1 ? '' : 's'} of ${titleOf(session)}`,
    ...(found.length === 0
      ? []
      : table([
          ['id', 'order', 'updated', 'type', 'status', 'refund', 'next', 'reason'],
          ...found.map((each) => [
            each.return_id ?? '-',
            each.order_id ?? '-',
            timeText(each.update_time),
            each.return_type ?? '-',
            each.return_status ?? '-',
            `${each.refund_amount?.refund_total ?? '-'} ${each.refund_amount?.currency ?? ''}`.trim(),
            (each.seller_next_action_response ?? []).map(({ action }) => action ?? '').join(', ') || '-',
            shorten(each.return_reason_text ?? each.return_reason ?? '', 40),
          ]),
        ])),
  ])
}

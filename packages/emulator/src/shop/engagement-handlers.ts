/** Messages to buyers of the past, in tasks. Source: partner.tiktokshop.com/docv2 (customer engagement). */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { addMessage, openConversation } from './message-handlers.ts'
import { amountText } from './money.ts'
import { emailOf } from './order-view.ts'
import type { RecordRow } from './state.ts'

/** Stand-ins for what TikTok offers. */
const TEMPLATES = [
  { id: '7590000000000000001', title: 'Thank you', body: 'Thank you for your order.', products: 4 },
  { id: '7590000000000000002', title: 'New in', body: 'Something new that you may like.', products: 4 },
] as const

function templates({ query }: ShopCall): object {
  query.text('locale')
  return {
    message_templates: TEMPLATES.map(({ id, title, body, products }) => ({
      id,
      message_title: title,
      message_body: body,
      product_card_rules: { min_count: 0, max_count: products },
      coupon_card_rules: { coupon_type: ['REGULAR_ALL'], min_count: 0, max_count: 1 },
    })),
  }
}

function createTask(call: ShopCall, text: string): object {
  const { platform, world, shop, query, body, now } = call
  const key = `engagement:${shop.id}:${query.text('idempotency_key', { max: 128 })}`
  const known = world.records.where('kind', `engagement:${shop.id}`).find(({ value }) => value.key === key)
  if (known !== undefined) return { task_id: known.id }
  body.text('channel')
  const products = body.texts('product_ids', { max: 4 })
  const stray = products.find((id) => world.products.get(id)?.shop !== shop.id)
  if (stray !== undefined) body.refuse('product_ids', `${stray} is not of this shop`)
  const coupons = body.texts('coupon_ids', { max: 1 })
  const lost = coupons.find((id) => world.coupons.get(id)?.shop !== shop.id)
  if (lost !== undefined) body.refuse('coupon_ids', `${lost} is not of this shop`)
  const end = body.requiredInteger('end_time')
  if (end <= now) body.refuse('end_time', 'must lie ahead')
  const id = newId(platform, '7591')
  world.records.put({
    id,
    kind: 'engagement',
    owner: shop.id,
    createdAt: now,
    updatedAt: now,
    value: { key, name: body.text('task_name', { max: 100 }), text, end, buyers: [], products },
  })
  return { task_id: id }
}

function fromTemplate(call: ShopCall): object {
  const id = call.body.text('template_id')
  const template = TEMPLATES.find((each) => each.id === id)
  if (template === undefined) return call.body.refuse('template_id', 'is no template')
  return createTask(call, template.body)
}

function custom(call: ShopCall): object {
  const message = call.body.requiredObject('custom_message')
  message.text('title', { max: 100 })
  return createTask(call, message.text('body', { max: 1000 }))
}

function taskOf({ world, shop }: ShopCall, id: string): RecordRow {
  const row = world.records.get(id)
  if (row?.kind !== 'engagement' || row.owner !== shop.id)
    throw new ShopRefusal(36009004, `task_id: the shop has no task ${id.slice(0, 40)}.`)
  return row
}

/** Buyers are named by the address that orders show, which is of this shop and order alone. */
function send(call: ShopCall): object {
  const { platform, world, shop, body, now } = call
  const task = taskOf(call, body.text('task_id'))
  if (Number(task.value.end) <= now) body.refuse('task_id', 'the task has ended')
  const buyers = new Map(
    call.world.orders.where('shop', shop.id).map((order) => [emailOf(order.buyer), order.buyer]),
  )
  const errors: object[] = []
  const reached = new Set(task.value.buyers as string[])
  for (const email of body.texts('buyer_emails', { required: true, max: 200 })) {
    const buyer = buyers.get(email)
    if (buyer === undefined)
      errors.push({ code: 36009004, message: 'The shop has no such buyer.', detail: { buyer_email: email } })
    else if (reached.has(buyer))
      errors.push({
        code: 36009004,
        message: 'The buyer has the message already.',
        detail: { buyer_email: email },
      })
    else {
      reached.add(buyer)
      const content = JSON.stringify({ content: task.value.text })
      addMessage(platform, shop, openConversation(platform, shop, buyer), {
        role: 'CUSTOMER_SERVICE',
        type: 'TEXT',
        content,
      })
    }
  }
  world.records.patch(task, { value: { ...task.value, buyers: [...reached] }, updatedAt: now })
  return { errors }
}

/** What the buyers who were reached have bought since. */
function performances(call: ShopCall): object {
  const { world, shop, body, now } = call
  return {
    task_performances: body.texts('task_ids', { required: true, max: 50 }).map((id) => {
      const task = taskOf(call, id)
      const buyers = new Set(task.value.buyers as string[])
      const orders = world.orders
        .where('shop', shop.id)
        .filter(
          (order) =>
            buyers.has(order.buyer) && order.paidAt !== undefined && order.createdAt >= task.createdAt,
        )
      const gmv = orders.reduce((sum, { lines }) => sum + lines.reduce((all, { price }) => all + price, 0), 0)
      return {
        id,
        status: Number(task.value.end) > now ? 'SENDING' : 'SUCCESS',
        sent_recipient_count: buyers.size,
        read_recipient_count: 0,
        claimed_coupons_count: 0,
        order_count: orders.length,
        gmv_amount: amountText(gmv, shop.currency),
      }
    }),
  }
}

export const engagementHandlers: ShopHandlers = {
  'customer_engagement.GetMessageTemplates': templates,
  'customer_engagement.CreateEngagementTask': fromTemplate,
  'customer_engagement.CreateCustomEngagementTask': custom,
  'customer_engagement.SendEngagementMessage': send,
  'customer_engagement.GetTaskPerformances': performances,
  'customer_engagement.GetCustomerTabVisibility': () => ({ is_visible: true }),
  'customer_engagement.GetFeaturePermissions': () => ({
    features: ['FUNDAMENTAL', 'CUSTOM_MSG'].map((name) => ({ name, is_authorized: true })),
  }),
}

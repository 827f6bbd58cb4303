/** Conversations with buyers. */
import type { Platform } from '../platform.ts'
import { nowOf, type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { page, pageOf, sorted } from './paging.ts'
import type { ConversationRow, MessageRow, ShopRow } from './state.ts'
import { tellShop } from './tell.ts'

const TYPES = [
  'TEXT',
  'IMAGE',
  'VIDEO',
  'PRODUCT_CARD',
  'ORDER_CARD',
  'RETURN_REFUND_CARD',
  'COUPON_CARD',
  'LOGISTICS_CARD',
] as const

/** The conversation with a buyer, begun if there is none. */
export function openConversation(platform: Platform, shop: ShopRow, buyer: string): ConversationRow {
  const { conversations } = platform.world.shop
  const known = conversations.where('shop', shop.id).find((row) => row.buyer === buyer)
  if (known !== undefined) return known
  const now = nowOf(platform)
  const row = conversations.put({
    id: newId(platform, '7494'),
    shop: shop.id,
    buyer,
    createdAt: now,
    unread: 0,
    count: 0,
  })
  tellShop(platform, shop, 13, { conversation_id: row.id, create_time: now })
  return row
}

export function addMessage(
  platform: Platform,
  shop: ShopRow,
  conversation: ConversationRow,
  message: Pick<MessageRow, 'role' | 'type' | 'content'>,
): MessageRow {
  const { conversations, messages } = platform.world.shop
  const now = nowOf(platform)
  const row = messages.put({
    ...message,
    id: newId(platform, '7494'),
    conversation: conversation.id,
    index: conversation.count,
    createdAt: now,
  })
  conversations.patch(conversation, {
    count: conversation.count + 1,
    unread: message.role === 'BUYER' ? conversation.unread + 1 : conversation.unread,
  })
  tellShop(platform, shop, 14, {
    message_id: row.id,
    index: String(row.index),
    conversation_id: conversation.id,
    type: row.type,
    content: row.content,
    create_time: now,
    is_visible: true,
    sender: sender(row, conversation),
  })
  return row
}

function sender({ role }: MessageRow, { buyer }: ConversationRow): object {
  return role === 'BUYER'
    ? { role, im_user_id: buyer, nickname: `Buyer ${buyer.slice(-3)}`, avatar: '' }
    : { role, im_user_id: '1', nickname: 'Customer service', avatar: '' }
}

function messageView(row: MessageRow, conversation: ConversationRow): object {
  return {
    id: row.id,
    index: String(row.index),
    type: row.type,
    content: row.content,
    create_time: row.createdAt,
    is_visible: true,
    sender: sender(row, conversation),
  }
}

function conversationOf({ world, shop, path }: ShopCall): ConversationRow {
  const row = world.conversations.get(path.conversation_id ?? '')
  if (row?.shop !== shop.id)
    throw new ShopRefusal(45101003, `The shop has no conversation ${path.conversation_id}.`)
  return row
}

function conversationView(row: ConversationRow): Record<string, unknown> {
  return {
    id: row.id,
    create_time: row.createdAt,
    participant_count: 2,
    unread_count: row.unread,
    participants: [
      {
        role: 'BUYER',
        im_user_id: row.buyer,
        user_id: row.buyer,
        nickname: `Buyer ${row.buyer.slice(-3)}`,
        avatar: '',
        buyer_platform: 'TIKTOK_SHOP',
      },
      { role: 'SHOP', im_user_id: row.shop, user_id: row.shop, nickname: 'Shop', avatar: '' },
    ],
  }
}

function list({ world, shop, query }: ShopCall): object {
  const by = { name: 'created', value: (row: ConversationRow) => row.createdAt }
  const found = page(sorted(world.conversations, 'shop', shop.id, by), by.value, {
    ...pageOf(query, { max: 20 }),
    descending: true,
  })
  return {
    conversations: found.rows.map((row) => {
      const last = world.messages.where('conversation', row.id).at(-1)
      return {
        ...conversationView(row),
        can_send_message: true,
        ...(last === undefined ? {} : { latest_message: messageView(last, row) }),
      }
    }),
    next_page_token: found.next_page_token,
  }
}

/** The content is JSON within a string, of a shape for each type. */
function send(call: ShopCall): object {
  const { platform, world, shop, body } = call
  const conversation = conversationOf(call)
  const type = body.requiredOneOf('type', TYPES)
  const content = body.text('content', { max: 10_000 })
  const value = parse(content) ?? body.refuse('content', 'must be JSON in a string')
  const field = { TEXT: 'content', PRODUCT_CARD: 'product_id', ORDER_CARD: 'order_id', IMAGE: 'url' }[
    type as string
  ]
  if (field !== undefined && typeof value[field] !== 'string') body.refuse('content', `must hold ${field}`)
  if (type === 'PRODUCT_CARD' && world.products.get(String(value.product_id))?.shop !== shop.id)
    body.refuse('content', 'product_id is not of this shop')
  if (type === 'ORDER_CARD' && world.orders.get(String(value.order_id))?.shop !== shop.id)
    body.refuse('content', 'order_id is not of this shop')
  return {
    message_id: addMessage(platform, shop, conversation, { role: 'CUSTOMER_SERVICE', type, content }).id,
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** How fast and how often buyers were answered between two days. */
function performance({ world, shop, query }: ShopCall): object {
  const from =
    day(query.text('support_date_ge')) ?? query.refuse('support_date_ge', 'must be a day: YYYY-MM-DD')
  const to =
    day(query.text('support_date_lt')) ?? query.refuse('support_date_lt', 'must be a day: YYYY-MM-DD')
  let sessions = 0
  const waits: number[] = []
  for (const conversation of world.conversations.where('shop', shop.id)) {
    const messages = world.messages.where('conversation', conversation.id)
    const asked = messages.find(
      ({ role, createdAt }) => role === 'BUYER' && createdAt >= from && createdAt < to,
    )
    if (asked === undefined) continue
    sessions += 1
    const answer = messages.find(({ role, index }) => role === 'CUSTOMER_SERVICE' && index > asked.index)
    if (answer !== undefined) waits.push(answer.createdAt - asked.createdAt)
  }
  const mean = waits.length === 0 ? 0 : waits.reduce((sum, wait) => sum + wait, 0) / waits.length / 60
  return {
    performance: {
      support_session_count: sessions,
      response_percentage: sessions === 0 ? '0' : ((waits.length / sessions) * 100).toFixed(2),
      response_time_mins: mean.toFixed(2),
      satisfaction_percentage: '100.00',
    },
  }
}

function day(text: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? undefined : at / 1000
}

export const messageHandlers: ShopHandlers = {
  'customer_service.GetCustomerServicePerformance': performance,
  'customer_service.GetAgentSettings': ({ shop }) => ({ can_accept_chat: shop.acceptsChat }),
  'customer_service.UpdateAgentSettings': ({ world, shop, body }) => {
    world.shops.patch(shop, {
      acceptsChat: body.flag('can_accept_chat') ?? body.refuse('can_accept_chat', 'is required'),
    })
    return {}
  },
  'customer_service.GetConversations': list,
  'customer_service.GetConversation': (call) => ({ conversation: conversationView(conversationOf(call)) }),
  'customer_service.CreateConversation': ({ platform, world, shop, body }) => {
    const buyer = body.text('buyer_user_id')
    if (!world.orders.where('shop', shop.id).some((order) => order.buyer === buyer))
      throw new ShopRefusal(45109003, 'The buyer has no order of this shop.')
    return { conversation_id: openConversation(platform, shop, buyer).id }
  },
  'customer_service.GetConversationMessages': (call) => {
    const { world, query } = call
    const conversation = conversationOf(call)
    const by = { name: 'index', value: (row: MessageRow) => row.index }
    const descending = query.oneOf('sort_order', ['ASC', 'DESC']) !== 'ASC'
    const found = page(sorted(world.messages, 'conversation', conversation.id, by), by.value, {
      ...pageOf(query, { max: 10 }),
      descending,
    })
    return {
      messages: found.rows.map((row) => messageView(row, conversation)),
      next_page_token: found.next_page_token,
      unsupported_msg_tips: '',
    }
  },
  'customer_service.SendMessage': send,
  'customer_service.ReadMessage': (call) => {
    call.world.conversations.patch(conversationOf(call), { unread: 0 })
    return {}
  },
}

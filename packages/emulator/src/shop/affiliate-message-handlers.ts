/** Messages between shops and creators. Source: partner.tiktokshop.com/docv2 (affiliate seller, IM). */
import type { Platform } from '../platform.ts'
import { avatarUrl, creatorById, userIdOf, usernameOf } from './affiliate-people.ts'
import { nowOf, type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { pageOf, slice } from './paging.ts'
import type { ShopRow } from './state.ts'
import type { AffiliateConversationRow, AffiliateMessageRow } from './state-affiliate.ts'
import { tellShop } from './tell.ts'

/** The conversation with a creator, begun if there is none. */
export function openAffiliateConversation(
  platform: Platform,
  shop: ShopRow,
  creator: string,
): { row: AffiliateConversationRow; isNew: boolean } {
  const { affiliateConversations } = platform.world.shop
  const known = affiliateConversations.where('shop', shop.id).find((row) => row.creator === creator)
  if (known !== undefined) return { row: known, isNew: false }
  const now = nowOf(platform)
  const row = affiliateConversations.put({
    id: newId(platform, '7496'),
    shop: shop.id,
    creator,
    unread: 0,
    count: 0,
    status: 'NORMAL',
    createdAt: now,
    updatedAt: now,
  })
  return { row, isNew: true }
}

/** Webhook 33. */
export function addAffiliateMessage(
  platform: Platform,
  shop: ShopRow,
  conversation: AffiliateConversationRow,
  message: Pick<AffiliateMessageRow, 'from' | 'type' | 'content'>,
): AffiliateMessageRow {
  const { affiliateConversations, affiliateMessages } = platform.world.shop
  const now = nowOf(platform)
  const row = affiliateMessages.put({
    ...message,
    id: newId(platform, '7496'),
    conversation: conversation.id,
    index: conversation.count,
    createdAt: now,
  })
  affiliateConversations.patch(conversation, {
    count: conversation.count + 1,
    unread: message.from === 'CREATOR' ? conversation.unread + 1 : 0,
    updatedAt: now,
  })
  tellShop(platform, shop, 33, {
    index: String(row.index),
    message_id: row.id,
    conversation_id: conversation.id,
    msg_type: row.type,
    content: row.content,
    create_time: String(now),
    sender: { sender_im_user_id: senderOf(row, conversation) },
  })
  return row
}

function senderOf({ from }: AffiliateMessageRow, { creator, shop }: AffiliateConversationRow): string {
  return from === 'CREATOR' ? userIdOf(creator) : shop
}

function conversationView(
  { platform }: ShopCall,
  row: AffiliateConversationRow,
  onlyId: boolean,
): Record<string, unknown> {
  return onlyId
    ? { id: row.id }
    : {
        id: row.id,
        avatar: avatarUrl(platform, row.creator),
        creator_im_id: userIdOf(row.creator),
        username: usernameOf(row.creator),
        unread_count: row.unread,
      }
}

function conversationOf({ world, shop }: ShopCall, id: string): AffiliateConversationRow {
  const row = world.affiliateConversations.get(id)
  if (row?.shop !== shop.id)
    throw new ShopRefusal(45101003, `The shop has no conversation ${id.slice(0, 40)}.`)
  return row
}

function list(call: ShopCall): object {
  const { world, shop, query, body } = call
  const onlyId = query.flag('only_need_conversation_id') ?? body.flag('only_need_conversation_id') ?? false
  const status = query.optional('conversation_status')
  const found = world.affiliateConversations
    .where('shop', shop.id)
    .filter((row) => status !== 'UNREAD' || row.unread > 0)
    .sort((a, b) => b.updatedAt - a.updatedAt)
  const { items, next_page_token } = slice(found, pageOf(query, { max: 100 }))
  return {
    conversations: items.map((row) => conversationView(call, row, onlyId)),
    has_more: next_page_token !== '',
    next_page_token,
  }
}

function send(call: ShopCall): object {
  const { platform, world, shop, body, path } = call
  const conversation = conversationOf(call, path.conversation_id ?? '')
  const type = body.requiredOneOf('msg_type', [
    'TEXT',
    'PRODUCT_CARD',
    'FREE_SAMPLE_CARD',
    'IMAGE',
    'TARGET_COLLABORATION_CARD',
  ])
  const content = body.text('content', { max: 10_000 })
  const product = /"product_id"\s*:\s*"(\d+)"/.exec(content)?.[1]
  if (type === 'PRODUCT_CARD' && world.products.get(product ?? '')?.shop !== shop.id)
    body.refuse('content', 'product_id is not of this shop')
  return {
    message_id: addAffiliateMessage(platform, shop, conversation, { from: 'SELLER', type, content }).id,
  }
}

function messages(call: ShopCall): object {
  const { world, query, path } = call
  const conversation = conversationOf(call, path.conversation_id ?? '')
  const rows = world.affiliateMessages
    .where('conversation', conversation.id)
    .sort((a, b) => b.index - a.index)
  const { items, next_page_token } = slice(rows, pageOf(query, { max: 100 }))
  return {
    messages: items.map((row) => ({
      conversation_index: String(row.index),
      message_body: {
        id: row.id,
        conversation_id: conversation.id,
        type: row.type,
        content: row.content,
        sender_id: senderOf(row, conversation),
        create_time: row.createdAt,
      },
    })),
    has_more: next_page_token !== '',
    next_page_token,
  }
}

export const affiliateMessageHandlers: ShopHandlers = {
  'affiliate_seller.CreateConversationwithcreator': (call) => {
    const { platform, shop, body } = call
    const named = body.optional('creator_open_id') ?? body.text('creator_id')
    const { row, isNew } = openAffiliateConversation(platform, shop, creatorById(call, named).id)
    const { id, ...view } = conversationView(call, row, body.flag('only_need_conversation_id') ?? false)
    return { conversation_id: id, ...view, is_new: isNew }
  },
  'affiliate_seller.GetConversationList': list,
  'affiliate_seller.SendIMMessage': send,
  'affiliate_seller.GetMessageintheConversation': messages,
  'affiliate_seller.GetLatestUnreadMessages': ({ world, shop }) => ({
    newest_message_list: world.affiliateConversations
      .where('shop', shop.id)
      .filter(({ unread }) => unread > 0)
      .flatMap((conversation) => {
        const last = world.affiliateMessages.where('conversation', conversation.id).at(-1)
        if (last === undefined) return []
        return [
          {
            conversation_id: conversation.id,
            type: last.type,
            content: last.content,
            sender_id: senderOf(last, conversation),
            unread_message_count: conversation.unread,
          },
        ]
      }),
  }),
  // `conversatons` in its path is TikTok's own spelling.
  'affiliate_seller.MarkConversationRead': ({ world, shop, body }) => {
    const failed: string[] = []
    for (const id of body.texts('conversation_ids', { required: true, max: 100 })) {
      const row = world.affiliateConversations.get(id)
      if (row?.shop === shop.id) world.affiliateConversations.patch(row, { unread: 0 })
      else failed.push(id)
    }
    return { failed_conversation_ids: failed }
  },
  'affiliate_seller.UpdateConversationStatus': (call) => {
    const row = conversationOf(call, call.path.conversation_id ?? '')
    const action = call.body.requiredOneOf('action', ['STARRED', 'UNSTARRED', 'ARCHIVED'])
    call.world.affiliateConversations.patch(row, { status: action === 'UNSTARRED' ? 'NORMAL' : action })
    return {}
  },
}

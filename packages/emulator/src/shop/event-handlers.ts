import type { ShopHandlers } from './call.ts'
import { ShopRefusal } from './call.ts'
import { configurableEvents } from './tell.ts'

const events = Object.keys(configurableEvents)

/** Addresses of webhooks, for a shop and topic each. */
export const eventHandlers: ShopHandlers = {
  'event.GetShopWebhooks': ({ world, app, shop }) => {
    const webhooks = world.webhooks.where('shop', shop.id).filter((each) => each.app === app.id)
    return {
      total_count: webhooks.length,
      webhooks: webhooks.map(({ event, address, createdAt, updatedAt }) => ({
        address,
        event_type: event,
        create_time: createdAt,
        update_time: updatedAt,
      })),
    }
  },
  'event.UpdateShopWebhook': ({ platform, world, app, shop, body, now }) => {
    const event = body.requiredOneOf('event_type', events)
    const address = body.text('address', { max: 255 })
    const url = URL.canParse(address) ? new URL(address) : undefined
    const local = platform.settings.webhooksToLocal
    if (url === undefined || (url.protocol !== 'https:' && !(local && url.protocol === 'http:')))
      throw new ShopRefusal(36009004, 'address: must be an https URL')
    const id = `${app.id}:${shop.id}:${event}`
    const createdAt = world.webhooks.get(id)?.createdAt ?? now
    world.webhooks.put({ id, app: app.id, shop: shop.id, event, address, createdAt, updatedAt: now })
    return {}
  },
  'event.DeleteShopWebhook': ({ world, app, shop, body }) => {
    world.webhooks.delete(`${app.id}:${shop.id}:${body.requiredOneOf('event_type', events)}`)
    return {}
  },
}

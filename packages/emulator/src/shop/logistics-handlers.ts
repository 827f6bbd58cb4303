/** Warehouses, delivery options, carriers. */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import type { Fields } from './fields.ts'
import { newId } from './ids.ts'
import { providers } from './package-life.ts'
import type { WarehouseRow } from './state.ts'

const OPTIONS = [
  { id: '7091146663229654789', name: 'Standard shipping', type: 'STANDARD', provided: true },
  { id: '7091146663229687557', name: 'Shipped by seller', type: 'SEND_BY_SELLER', provided: false },
] as const

function warehouseView({
  id,
  name,
  type,
  status,
  isDefault,
  address,
  phone,
  contact,
  externalId,
}: WarehouseRow): object {
  return {
    id,
    name,
    type,
    sub_type: 'DOMESTIC_WAREHOUSE',
    effect_status: status,
    is_default: isDefault,
    entity_id: externalId ?? id,
    address: {
      region: address.region,
      region_code: address.region,
      state: address.state,
      city: address.city,
      // TikTok's own spelling.
      distict: '',
      town: '',
      postal_code: address.postal,
      address_line1: address.line1,
      address_line2: address.line2,
      full_address: `${address.line1}, ${address.city}, ${address.region}`,
      contact_person: contact,
      phone_number: phone,
    },
  }
}

function warehouseOf({ world, shop }: ShopCall, id: string): WarehouseRow {
  const row = world.warehouses.get(id)
  if (row?.shop !== shop.id) throw new ShopRefusal(12052097, `The shop has no warehouse ${id.slice(0, 40)}.`)
  return row
}

const TYPES = ['SALES_WAREHOUSE', 'RETURN_WAREHOUSE'] as const

function readWarehouse(
  sent: Fields,
  region: string,
  before?: WarehouseRow,
): Omit<WarehouseRow, 'id' | 'shop'> {
  const address = sent.object('address')
  const field = (name: string, known: string | undefined): string => address?.optional(name) ?? known ?? ''
  const external = sent.optional('external_warehouse_id') ?? before?.externalId
  return {
    name: sent.optional('name') ?? before?.name ?? sent.text('name'),
    type: sent.oneOf('type', TYPES) ?? before?.type ?? 'SALES_WAREHOUSE',
    status: before?.status ?? 'ENABLED',
    isDefault: sent.flag('default_warehouse') ?? before?.isDefault ?? false,
    phone: sent.optional('phone_number') ?? before?.phone ?? '',
    contact: sent.optional('contact_person') ?? before?.contact ?? '',
    ...(external === undefined ? {} : { externalId: external }),
    address: {
      line1: field('address_line_1', before?.address.line1),
      line2: field('address_line_2', before?.address.line2),
      city: field('city', before?.address.city),
      state: field('state', before?.address.state),
      postal: field('postcode', before?.address.postal),
      region: field('region', before?.address.region) || region,
    },
  }
}

/** One default of each type. */
function saveWarehouse({ world }: ShopCall, row: WarehouseRow): void {
  if (row.isDefault)
    for (const other of world.warehouses.where('shop', row.shop))
      if (other.id !== row.id && other.type === row.type && other.isDefault)
        world.warehouses.patch(other, { isDefault: false })
  world.warehouses.put(row)
}

/** Blanks and case as a post office writes them. */
function standardize({ body }: ShopCall): object {
  const sent = body.requiredObject('address')
  const names = [
    'address_line1',
    'address_line2',
    'city',
    'district',
    'postal_code',
    'region_code',
    'state',
    'town',
  ]
  const given = Object.fromEntries(names.map((name) => [name, sent.optional(name) ?? '']))
  const tidy = Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const text = value.trim().replace(/\s+/g, ' ')
      return [name, ['postal_code', 'region_code', 'state'].includes(name) ? text.toUpperCase() : text]
    }),
  )
  return {
    standardization_result: {
      standardized_address: tidy,
      updated: JSON.stringify(tidy) !== JSON.stringify(given),
    },
  }
}

export const logisticsHandlers: ShopHandlers = {
  'logistics.GetWarehouseList': ({ world, shop }) => ({
    warehouses: world.warehouses.where('shop', shop.id).map(warehouseView),
  }),
  'logistics.GetGlobalSellerWarehouse': ({ world, account }) => ({
    global_warehouses: world.shops
      .where('seller', account.id)
      .flatMap(({ id }) => world.warehouses.where('shop', id))
      .filter(({ type }) => type === 'SALES_WAREHOUSE')
      .map(({ id, name }) => ({ id, name, ownership: 'SELLER' })),
  }),
  'logistics.CreateWarehouse': (call) => {
    const id = newId(call.platform, '7320')
    saveWarehouse(call, {
      id,
      shop: call.shop.id,
      ...readWarehouse(call.body.requiredObject('warehouse'), call.shop.region),
    })
    return { warehouse_id: id, error_list: [] }
  },
  'logistics.UpdateWarehouse': (call) => {
    const row = warehouseOf(call, call.path.warehouse_id ?? '')
    saveWarehouse(call, {
      ...row,
      ...readWarehouse(call.body.requiredObject('warehouse'), call.shop.region, row),
    })
    return { error_list: [] }
  },
  'logistics.StandardizeWarehouseAddress': standardize,
  'logistics.GetWarehouseDeliveryOptions': (call) => {
    warehouseOf(call, call.path.warehouse_id ?? '')
    return {
      delivery_options: OPTIONS.map(({ id, name, type }) => ({
        id,
        name,
        type,
        description: name,
        platform: ['TIKTOK_SHOP'],
        dimension_limit: { max_height: 100, max_length: 150, max_width: 100, unit: 'CENTIMETER' },
        weight_limit: { min_weight: 0, max_weight: 30_000, unit: 'GRAM' },
      })),
    }
  },
  'logistics.GetShippingProviders': ({ path }) => {
    const option = OPTIONS.find(({ id }) => id === path.delivery_option_id)
    if (option === undefined) throw new ShopRefusal(21008116, 'There is no such delivery option.')
    return { shipping_providers: providers.map(({ id, name }) => ({ id, name })) }
  },
}

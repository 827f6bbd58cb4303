/** Shops that sell what needs a prescription. Source: TikTok's published models (e-pharmacy). */
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { fixedId } from './ids.ts'
import { orderOf } from './order-handlers.ts'
import { pageOf, slice } from './paging.ts'
import { productOf } from './product-handlers.ts'

function keep(call: ShopCall, kind: string, id: string, value: Record<string, unknown>): void {
  const { world, shop, now } = call
  const before = world.records.get(id)
  world.records.put({ id, kind, owner: shop.id, createdAt: before?.createdAt ?? now, updatedAt: now, value })
}

function updatePharmacies(call: ShopCall): object {
  const errors: object[] = []
  for (const entry of call.body.list('pharmacies', { required: true, max: 20 })) {
    const warehouse = entry.text('warehouse_id')
    if (call.world.warehouses.get(warehouse)?.shop !== call.shop.id)
      errors.push({
        code: '36009004',
        message: 'The shop has no such warehouse.',
        detail: { warehouse_id: warehouse },
      })
    else keep(call, 'pharmacy', `pharmacy:${call.shop.id}:${warehouse}`, entry.raw)
  }
  return { errors }
}

/** The order waits for a verdict; a refusal goes with its reason. */
function updatePrescription(call: ShopCall): object {
  const order = orderOf(call, call.path.order_id ?? '')
  const status = call.body.requiredOneOf('prescription_status', [
    'APPROVED',
    'REJECTED',
    'PENDING_RESUBMISSION',
  ])
  const reason = call.body.optional('rejection_reason', { max: 5000 })
  if (status === 'REJECTED' && reason === undefined)
    call.body.refuse('rejection_reason', 'is required with REJECTED')
  if (['CANCELLED', 'COMPLETED'].includes(order.status))
    throw new ShopRefusal(36009004, `order_id: the order is ${order.status}.`)
  keep(call, 'prescription', `prescription:${order.id}`, { status, reason: reason ?? '' })
  return {}
}

export const pharmacyHandlers: ShopHandlers = {
  'epharmacy.UpdatePharmacies': updatePharmacies,
  'epharmacy.GetPharmacies': ({ world, shop, query }) => {
    const rows = world.records.where('kind', `pharmacy:${shop.id}`)
    const { items, ...rest } = slice(rows, pageOf(query, { default: 20, max: 100 }))
    return { pharmacies: items.map(({ value }) => value), ...rest }
  },
  'epharmacy.UpdatePrescriptionRequirement': (call) => {
    const product = productOf(call, call.path.product_id ?? '')
    const rule = call.body.requiredObject('prescription_requirement')
    const needed = rule.flag('needs_prescription') ?? rule.refuse('needs_prescription', 'is required')
    call.world.products.patch(product, { needsPrescription: needed, updatedAt: call.now })
    return {}
  },
  'epharmacy.UpdatePrescriptionStatus': updatePrescription,
  'epharmacy.GetConsultationProvider': ({ path }) => ({
    consultation_provider: { id: fixedId('7600', `consultation:${path.consultation_id ?? ''}`) },
  }),
}

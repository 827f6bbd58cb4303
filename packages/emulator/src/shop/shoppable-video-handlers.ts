/** Videos with a product, posted by the API. Source: partner.tiktokshop.com/docv2 (creator, shoppable videos). */
import { hash } from 'node:crypto'
import type { Platform } from '../platform.ts'
import { rateFor } from './affiliate-life.ts'
import { soldProduct } from './affiliate-products.ts'
import { type ShopCall, type ShopHandlers, ShopRefusal } from './call.ts'
import { newId } from './ids.ts'
import { postContent } from './shoppable-content.ts'
import type { RecordRow } from './state.ts'
import { tellGrant } from './tell.ts'

const POSTED = 'shop.videoPosted'
const CHECKED = 'shop.videoChecked'
/** Stand-ins: how long either takes is not documented. */
const POST_SECONDS = 60
const CHECK_SECONDS = 30
const LENGTH_SECONDS = 30
const MOST_BYTES = 10 * 1024 * 1024

export function registerShoppableVideos(platform: Platform): void {
  platform.timers.on(POSTED, (id) => {
    const { records, products } = platform.world.shop
    const row = records.get(id)
    const product = products.get(String(row?.value.product))
    if (row === undefined || product === undefined) return
    const good = product.status === 'ACTIVATE'
    const now = platform.clock.seconds()
    records.patch(row, {
      value: { ...row.value, post_status: good ? 'SUCCESS' : 'FAIL', post_time: now },
      updatedAt: now,
    })
    if (good)
      postContent(platform, {
        id,
        creator: row.owner,
        kind: 'VIDEO',
        title: String(row.value.title),
        shop: product.shop,
        products: [product.id],
        length: LENGTH_SECONDS,
      })
  })
  platform.timers.on(CHECKED, (id) => {
    const { records, grants } = platform.world.shop
    const row = records.get(id)
    if (row === undefined) return
    const issues = row.value.issues as object[]
    const result = issues.length === 0 ? 'PASS' : 'FAIL'
    records.patch(row, { value: { ...row.value, result }, updatedAt: platform.clock.seconds() })
    for (const grant of grants.where('account', row.owner))
      tellGrant(platform, grant, 55, { precheck_task_id: id, result, issues })
  })
}

function keep(call: ShopCall, kind: string, id: string, value: Record<string, unknown>): RecordRow {
  const { world, account, now } = call
  return world.records.put({ id, kind, owner: account.id, createdAt: now, updatedAt: now, value })
}

function own({ world, account }: ShopCall, kind: string, id: string, field: string): RecordRow {
  const row = world.records.get(id)
  if (row?.kind !== kind || row.owner !== account.id)
    throw new ShopRefusal(36009004, `${field}: there is no ${id.slice(0, 40)}.`)
  return row
}

function upload(call: ShopCall): object {
  const part = call.parts.get('data') ?? call.body.refuse('data', 'is required')
  if (part.bytes.length === 0) call.body.refuse('data', 'is empty')
  if (part.bytes.length > MOST_BYTES)
    throw new ShopRefusal(36009021, 'data: at most 10 MB; larger ones in chunks.')
  const md5 = hash('md5', part.bytes, 'hex')
  const { id } = keep(call, 'video_file', newId(call.platform, 'v10'), { md5, bytes: part.bytes.length })
  return { video_file: { id, md5 } }
}

function post(call: ShopCall): object {
  const { platform, world, account, body, now } = call
  const video = body.requiredObject('video_info')
  own(call, 'video_file', video.text('file_id'), 'video_info.file_id')
  const title = video.text('title', { max: 2200 })
  const link = body.requiredObject('product_link_info')
  const product = soldProduct(world, link.text('product_id'))
  link.optional('title', { max: 30 })
  if (rateFor(world, product.shop, product.id, account.id, now) === undefined)
    throw new ShopRefusal(36009004, 'product_link_info.product_id: no collaboration offers it to you.')
  const id = newId(platform, '7570')
  keep(call, 'shoppable_video', id, { title, product: product.id, post_status: 'PROCESSING', post_time: 0 })
  platform.timers.after(POST_SECONDS, POSTED, id)
  return { video: { id } }
}

function check(call: ShopCall): object {
  const { platform, world, body } = call
  const file = own(
    call,
    'video_file',
    body.requiredObject('video_info').text('file_id'),
    'video_info.file_id',
  )
  soldProduct(world, body.requiredObject('product_link_info').text('product_id'))
  const id = newId(platform, '7580')
  // Nothing looks at pictures here: what cannot be a video is found.
  const issues =
    Number(file.value.bytes) < 1000 ? [{ risk: 'UNREADABLE', suggestion: 'Upload a whole video.' }] : []
  keep(call, 'video_check', id, { result: 'PROCESSING', issues })
  platform.timers.after(CHECK_SECONDS, CHECKED, id)
  return { precheck: { task_id: id } }
}

function checkResult(call: ShopCall): object {
  const { id, value } = own(call, 'video_check', call.path.task_id ?? '', 'task_id')
  const issues = (value.issues as { risk: string; suggestion: string }[]).map(({ risk, suggestion }) => ({
    risk,
    suggestions: suggestion,
  }))
  const done = value.result !== 'PROCESSING'
  return {
    precheck_task: {
      id,
      result: value.result,
      issues: done ? issues : [],
      violation_check_result: { status: value.result, issues: done ? issues : [] },
      good_quality_check_result: { status: done ? 'PASS' : 'PROCESSING', issues: [] },
    },
  }
}

export const shoppableVideoHandlers: ShopHandlers = {
  'affiliate_creator.UploadShoppableVideoFile': upload,
  'affiliate_creator.PostShoppableVideo.202505': post,
  'affiliate_creator.GetShoppableVideoStatus': (call) => {
    const { id, value } = own(call, 'shoppable_video', call.path.video_id ?? '', 'video_id')
    return { video: { id, post_status: value.post_status, post_time: value.post_time } }
  },
  'affiliate_creator.PrecheckVideoContent': check,
  'affiliate_creator.GetShoppableVideoPrecheckResult': checkResult,
}

/** Labels and packing slips of packages, from TikTok into files. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ContractError, TransportError } from '@tockwork/kernel'
import type { Shop } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { isLocal } from '../target.ts'

export interface LabelChoice {
  type: 'SHIPPING_LABEL' | 'PACKING_SLIP' | 'SHIPPING_LABEL_AND_PACKING_SLIP'
  size: 'A6' | 'A5'
}

const MOST_BYTES = 20 * 1024 * 1024
const TIMEOUT_MS = 60_000

/** The document's address is a credential of its own, so it is read here and never shown. */
export async function fetchLabel(
  { fetch, signal }: Context,
  shop: Shop,
  packageId: string,
  choice: LabelChoice,
): Promise<{ bytes: Uint8Array; tracking: string | undefined }> {
  const endpoint = 'shop.fulfillment.GetPackageShippingDocument.202309'
  const answer = await shop.call(endpoint, {
    path: { package_id: packageId },
    query: { document_type: choice.type, document_size: choice.size },
    signal,
  })
  const url = URL.canParse(answer.doc_url ?? '') ? new URL(answer.doc_url as string) : undefined
  if (url === undefined || (url.protocol !== 'https:' && !isLocal(url.origin)))
    throw new ContractError(`TikTok gave no usable address for the label of the package ${packageId}.`, {
      code: 'no_label',
      retry: 'never',
      endpoint,
    })
  const bytes = await download(fetch, url, signal)
  if (bytes === undefined)
    throw new ContractError(
      `The label of the package ${packageId} is no PDF of at most ${MOST_BYTES / 1024 / 1024} MiB.`,
      {
        code: 'label_damaged',
        retry: 'now',
        endpoint,
        action: 'Try again; the package is shipped and is not shipped twice.',
      },
    )
  return { bytes, tracking: answer.tracking_number || undefined }
}

async function download(
  fetch: Context['fetch'],
  url: URL,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
    if (!response.ok || response.body === null) return undefined
    for await (const part of response.body) {
      size += part.byteLength
      if (size > MOST_BYTES) return undefined
      parts.push(part)
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new TransportError('The label could not be fetched.', {
      code: 'label_unreachable',
      retry: 'now',
      sent: 'maybe',
      action: 'Run the command again; what is shipped is not shipped twice.',
      cause,
    })
  }
  const bytes = new Uint8Array(Buffer.concat(parts))
  return Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-' ? bytes : undefined
}

export async function writeLabel(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  // A label carries the buyer's name and address.
  await writeFile(path, bytes, { mode: 0o600 })
}

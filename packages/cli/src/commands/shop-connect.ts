/** `shop connect`, `shop shops` and `shop disconnect`: sellers' consent, and which shops it covers. */
import { createInterface } from 'node:readline/promises'
import { AuthError, TockworkError, UsageError } from '@tockwork/kernel'
import type { AuthorizedShop, TikTokShop } from '@tockwork/sdk/shop'
import type { Context } from '../context.ts'
import { Control } from '../control.ts'
import { LoopbackReceiver } from '../loopback-receiver.ts'
import { openBrowser } from '../open-browser.ts'
import { table } from '../output/output.ts'
import { Prompts } from '../output/prompts.ts'
import { readNumber, readWord } from '../shop/options.ts'
import {
  type ConnectedShop,
  chooseShop,
  dropSeller,
  findShop,
  keepSeller,
  keepShops,
  nameOfShop,
  readSellers,
} from '../shop/sellers.ts'
import { openShop, type ShopOption } from '../shop/shop-session.ts'
import { chooseShopTarget, openClient, type ShopTarget } from '../shop/shop-target.ts'
import { isLocal } from '../target.ts'

export interface ShopConnectOptions {
  market?: string
  user?: string
  deny?: boolean
  browser?: boolean
  redirectUri?: string
  paste?: boolean
  timeout?: string
}

export async function connect(context: Context, options: ShopConnectOptions): Promise<void> {
  const { out, signal, clock } = context
  const market = readWord(options.market, '--market', ['US', 'ROW']) ?? 'ROW'
  const seconds = readNumber(options.timeout, '--timeout', {
    least: 0.1,
    most: 3600,
    preset: 300,
    whole: false,
  })
  const target = await chooseShopTarget(context)
  const { client } = await openClient(context, target)
  if (target.app.service === undefined)
    throw new UsageError('TIKTOK_SHOP_SERVICE_ID is needed for the consent page.', {
      field: 'TIKTOK_SHOP_SERVICE_ID',
      action: "Copy it from the app's page in Partner Center; it is not the app key.",
    })
  const started = client.auth.consentUrl({ as: 'seller', market })
  const callback =
    options.user !== undefined
      ? await withoutBrowser(context, target, started.url, options.user, options.deny === true)
      : options.paste === true
        ? await pasted(context, target, started.url)
        : await inBrowser(context, target, started, { ...options, seconds })
  const code = client.auth.parseCallback(callback, { state: started.state })
  const grant = await client.auth.exchange(code, { signal })
  if (grant.userType !== undefined && grant.userType !== 'seller') {
    await client.auth.forget(grant.openId)
    throw new AuthError(`That account is a ${grant.userType}; these commands work for sellers.`, {
      code: 'not_a_seller',
      needs: 'reconnect',
      retry: 'never',
      endpoint: 'shop.oauth.GetAccessToken.v2',
    })
  }
  const shops = (await client.as(grant.openId).shops()).map(keptShop)
  await keepSeller(target, {
    openId: grant.openId,
    appKey: target.app.key,
    ...(grant.sellerName === undefined ? {} : { name: grant.sellerName }),
    shops,
    connectedAt: new Date(clock.now()).toISOString(),
  })
  const [first] = shops
  out.result(
    {
      target: target.origin ?? 'tiktok',
      app: target.app.key,
      seller: {
        open_id: grant.openId,
        name: grant.sellerName ?? null,
        region: grant.sellerBaseRegion ?? null,
      },
      shops,
      scopes: grant.scopes,
      token_expires_at: new Date(grant.expiresAt).toISOString(),
    },
    [
      `${out.style('green', '✓')} Connected ${out.style('bold', grant.sellerName ?? grant.openId)} with the app ${target.app.key} (${target.name}).`,
      ...table(shops.map((shop) => [`  ${nameOfShop(shop)}`, shop.region ?? '', shop.id])),
      first === undefined
        ? '  It has no shop that this app may see.'
        : `  Commands are about ${nameOfShop(first)} unless --shop names another.`,
    ],
  )
}

function keptShop({ id, name, code, region }: AuthorizedShop): ConnectedShop {
  return {
    id,
    ...(name === undefined ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(region === undefined ? {} : { region }),
  }
}

async function withoutBrowser(
  context: Context,
  target: ShopTarget,
  url: string,
  user: string,
  deny: boolean,
): Promise<string> {
  if (target.origin === undefined)
    throw new UsageError('--user works with the emulator only; TikTok wants the seller in a browser.', {
      field: '--user',
    })
  const answer = (await new Control(context, target.origin).send('POST', 'authorize', {
    authorize_url: url,
    user,
    ...(deny ? { deny: true } : {}),
  })) as { redirect_url: string }
  return answer.redirect_url
}

/** For apps whose redirect address is a server of their own: the person brings the address that they came out at. */
async function pasted({ out, signal }: Context, target: ShopTarget, url: string): Promise<string> {
  out.note(`Open this address in a browser and agree (${target.name}):`)
  out.stderr.write(`\n  ${url}\n\n`)
  const question = 'Then paste the address that the browser was led to'
  if (out.interactive) return (await new Prompts(out, signal).text(question)).trim()
  out.note(`${question}:`)
  const lines = createInterface({ input: out.stdin, signal })
  try {
    for await (const line of lines) if (line.trim() !== '') return line.trim()
  } finally {
    lines.close()
  }
  throw new UsageError('Nothing was pasted.', { field: '--paste' })
}

async function inBrowser(
  context: Context,
  target: ShopTarget,
  started: { url: string; state: string },
  options: ShopConnectOptions & { seconds: number },
): Promise<string> {
  const { out, signal } = context
  if (options.redirectUri === undefined && !isLocal(target.origin))
    throw new UsageError(
      'TikTok leads back to the address that is set for the app in Partner Center; which one?',
      {
        code: 'redirect_uri_needed',
        field: '--redirect-uri',
        action:
          'If it is a loopback address, give it as --redirect-uri http://127.0.0.1:<port>/…; else use --paste and bring the address that the browser ends at.',
      },
    )
  const receiver = await LoopbackReceiver.listen(options.redirectUri)
  // An app has one address, so an emulator's is lent to this command and given back.
  const giveBack =
    isLocal(target.origin) &&
    (await lendRedirect(new Control(context, target.origin), target, receiver.redirectUri))
  try {
    out.note(`Connecting a seller at ${target.name} with the app ${target.app.key}.`)
    const opened = options.browser !== false && !out.json && (await openBrowser(started.url))
    out.note(
      opened
        ? 'A browser opens; if it does not, open this address yourself:'
        : 'Open this address in a browser:',
    )
    // Also with --json: without the address nobody can go on.
    out.stderr.write(`\n  ${started.url}\n\n`)
    if (isLocal(target.origin))
      out.note(out.style('dim', 'Without a browser: npx tockwork shop connect --user Pinecart'))
    out.note(`Waiting ${options.seconds} s for the answer (Ctrl-C gives up) …`)
    return await receiver.answer(started.state, { seconds: options.seconds, signal })
  } finally {
    if (giveBack !== false) await giveBack()
    await receiver.close()
  }
}

async function lendRedirect(
  control: Control,
  { app }: ShopTarget,
  url: string,
): Promise<() => Promise<void>> {
  const set = (address: string): Promise<unknown> =>
    control.send('PATCH', `shop/apps/${encodeURIComponent(app.key)}`, { redirect_url: address })
  const { apps } = (await control.send('GET', 'shop')) as {
    apps: { app_key: string; redirect_url: string }[]
  }
  const before = apps.find(({ app_key }) => app_key === app.key)?.redirect_url
  await set(url)
  return async () => {
    // The command may end because the emulator did.
    if (before !== undefined) await set(before).catch(() => {})
  }
}

/** Every connected seller's shops, as TikTok lists them now. */
export async function shops(context: Context, options: { use?: string }): Promise<void> {
  const { out } = context
  const target = await chooseShopTarget(context)
  if (options.use !== undefined) await chooseShop(target, (await findShop(target, options.use)).shop.id)
  const { sellers, defaultShop } = await readSellers(target)
  const { client } = await openClient(context, target)
  const rows = []
  for (const seller of sellers) {
    const now = await listed(client, seller.openId)
    if (now.shops !== undefined) await keepShops(target, seller.openId, now.shops)
    for (const shop of now.shops ?? seller.shops)
      rows.push({
        id: shop.id,
        name: shop.name ?? null,
        code: shop.code ?? null,
        region: shop.region ?? null,
        seller: { open_id: seller.openId, name: seller.name ?? null },
        default: shop.id === defaultShop,
        ...(now.problem === undefined ? {} : { problem: now.problem }),
      })
  }
  out.result(
    { target: target.origin ?? 'tiktok', shops: rows },
    rows.length === 0
      ? `No shop is connected (${target.name}). Run \`tockwork shop connect\`.`
      : table(
          rows.map(({ id, name, region, seller, problem, ...row }) => [
            row.default ? '*' : ' ',
            name ?? id,
            region ?? '',
            id,
            seller.name ?? seller.open_id,
            problem === undefined ? '' : `${problem.message} Run \`tockwork shop connect\` again.`,
          ]),
        ),
  )
}

/** One seller's trouble must not hide the others' shops. */
async function listed(
  client: TikTokShop,
  openId: string,
): Promise<{ shops?: ConnectedShop[]; problem?: { code: string; message: string } }> {
  try {
    return { shops: (await client.as(openId).shops()).map(keptShop) }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { problem: { code: error.code, message: error.message } }
  }
}

export async function disconnect(context: Context, options: ShopOption & { local?: boolean }): Promise<void> {
  const { out, signal } = context
  const session = await openShop(context, options)
  const { target, seller, row } = session
  const { client } = await openClient(context, target)
  let ended = false
  if (options.local !== true) {
    try {
      await session.shop.call('shop.authorization.DeauthorizeShop.202403', { signal })
      ended = true
    } catch (error) {
      // What TikTok does not know any more needs no ending.
      if (!(error instanceof TockworkError) || !['not_connected', '105001'].includes(error.code)) throw error
    }
  }
  await client.auth.forget(seller.openId)
  await dropSeller(target, seller.openId)
  out.result(
    { target: target.origin ?? 'tiktok', seller: seller.openId, shop: row.id, authorization_ended: ended },
    ended
      ? `${out.style('green', '✓')} ${nameOfShop(row)} is disconnected; the app's authorization is ended (${target.name}).`
      : `${out.style('green', '✓')} ${nameOfShop(row)} is forgotten here; what ${target.name} knows stays.`,
  )
}

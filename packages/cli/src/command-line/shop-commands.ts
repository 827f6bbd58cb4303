import type { Command } from 'commander'
import { type CommandTable, collect, examples } from './command-table.ts'

const SHOP = ['--shop <shop>', 'id, code or name of a connected shop (default: the latest one)'] as const
const STATUS = ['--status <status>', 'such as AWAITING_SHIPMENT'] as const
const LIMIT = ['--limit <n>', 'end after so many', '50'] as const
const INTERVAL = ['--interval <seconds>', 'how often to look while watching', '15'] as const
const COUNT = ['--count <n>', 'end after so many changes'] as const

export function addShopCommands(table: CommandTable): void {
  const shop = table.group('shop', "run a seller's TikTok Shop: orders, products, stock, shipping")
  addSellerCommands(table, shop)
  addOrderCommands(table, shop)
  table
    .add('products [ids...]', 'what a shop sells; with ids, all of each', shop)
    .option('--status <status>', 'such as ACTIVATE, DRAFT or FAILED')
    .option('--sku <seller-sku>', "by the seller's own name of a SKU; repeat it", collect)
    .option('--since <time>', 'changed since: 2026-11-01, 36h, 7d')
    .option(...LIMIT)
    .option(...SHOP)
    .addHelpText(
      'after',
      examples('tockwork shop products --status activate', 'tockwork shop products --sku MUG-BLUE --json'),
    )
    .action(async (ids, options) =>
      (await import('../commands/shop-products.ts')).products(table.context(options), ids, options),
    )
  addStockCommands(table, shop)
}

function addSellerCommands(table: CommandTable, shop: Command): void {
  const commands = () => import('../commands/shop-connect.ts')
  table
    .add('connect', 'let a seller agree, and keep the tokens here', shop)
    .option('--market <market>', 'US for sellers of the United States, ROW for all others', 'ROW')
    .option('--user <seller>', 'emulator only: agree as this seller, without a browser')
    .option('--deny', 'with --user: say no')
    .option('--no-browser', 'print the address instead of opening it')
    .option('--redirect-uri <url>', 'the loopback address that is set for the app in Partner Center')
    .option('--paste', "the app's redirect address is elsewhere: paste where the browser ended")
    .option('--timeout <seconds>', 'how long to wait for the browser', '300')
    .addHelpText(
      'after',
      examples(
        'tockwork shop connect --user Pinecart',
        'TIKTOK_SHOP_APP_KEY=… TIKTOK_SHOP_APP_SECRET=… TIKTOK_SHOP_SERVICE_ID=… tockwork shop connect --market US --paste',
      ),
    )
    .action(async (options) => (await commands()).connect(table.context(options), options))
  table
    .add('shops', 'the shops of the connected sellers', shop)
    .option('--use <shop>', 'commands are about this shop from now on')
    .action(async (options) => (await commands()).shops(table.context(options), options))
  table
    .add('disconnect', "end the app's authorization and forget the seller", shop)
    .option('--local', 'only forget it here')
    .option(...SHOP)
    .action(async (options) => (await commands()).disconnect(table.context(options), options))
}

function addOrderCommands(table: CommandTable, shop: Command): void {
  const commands = () => import('../commands/shop-orders.ts')
  table
    .add('orders [ids...]', 'orders, newest first; with ids, all of each', shop)
    .option(...STATUS)
    .option('--since <time>', 'made since: 2026-11-01, 36h, 7d')
    .option('--until <time>', 'made before')
    .option('--updated', '--since and --until mean the last change')
    .option(...LIMIT)
    .option('--watch', 'then show what is new and what changes, until Ctrl-C')
    .option(...INTERVAL)
    .option(...COUNT)
    .option(...SHOP)
    .addHelpText(
      'after',
      examples(
        'tockwork shop orders --status awaiting-shipment --since 7d',
        'tockwork shop orders 576461413038785752 --json',
        'tockwork shop orders --watch',
      ),
    )
    .action(async (ids, options) => (await commands()).orders(table.context(options), ids, options))
  table
    .add('watch', 'new orders and changes of status from now on; with --json one document a line', shop)
    .option(...STATUS)
    .option('--new', 'only new orders')
    .option(...INTERVAL)
    .option(...COUNT)
    .option(...SHOP)
    .action(async (options) => (await commands()).watch(table.context(options), options))
  table
    .add('ship <orders...>', 'ship what of these orders is not shipped yet, and write the labels', shop)
    .option('--label <path>', 'the label as PDF: a file, or a folder for several orders')
    .option('--document <what>', 'label, slip or both', 'label')
    .option('--size <size>', 'A6 or A5', 'A6')
    .option('--handover <how>', 'drop-off or pickup', 'drop-off')
    .option('--service <id>', 'which shipping service to buy (US)')
    .option('--tracking <number>', 'the seller ships: number of the parcel')
    .option('--provider <id>', 'the seller ships: with which carrier')
    .option(...SHOP)
    .addHelpText(
      'after',
      examples(
        'tockwork shop ship 576461413038785752 --label label.pdf',
        'tockwork shop ship 576461413038785752 576461413038785753 --label labels/ --document both',
      ),
    )
    .action(async (ids, options) =>
      (await import('../commands/shop-ship.ts')).ship(table.context(options), ids, options),
    )
  table
    .add('returns', 'what buyers want to send back or to have refunded', shop)
    .option('--status <status>', 'such as RETURN_OR_REFUND_REQUEST_PENDING')
    .option('--order <id>', 'of this order')
    .option('--since <time>', 'changed since: 2026-11-01, 36h, 7d')
    .option(...LIMIT)
    .option(...SHOP)
    .action(async (options) =>
      (await import('../commands/shop-returns.ts')).returns(table.context(options), options),
    )
}

function addStockCommands(table: CommandTable, shop: Command): void {
  const commands = () => import('../commands/shop-stock.ts')
  const stock = shop.command('stock').description('see and set what is in stock')
  table
    .add('show [skus...]', "stock of all SKUs, or of these (ids, or the seller's names)", stock, {
      isDefault: true,
    })
    .option('--below <n>', 'only where less than so many are available')
    .option(...SHOP)
    .action(async (skus, options) => (await commands()).show(table.context(options), skus, options))
  table
    .add('set [skus...]', 'set the stock of many SKUs, with an answer for each', stock)
    .option(
      '--from <file>',
      'a table with the columns sku and quantity, perhaps warehouse_id; - for standard input',
    )
    .option('--warehouse <id>', 'in this warehouse (needed where the shop has several)')
    .option('--dry-run', 'only say what would be set')
    .option(...SHOP)
    .addHelpText(
      'after',
      examples(
        'tockwork shop stock set MUG-BLUE=12 1729592969712207012=0',
        'tockwork shop stock set --from stock.csv --json',
      ),
    )
    .action(async (skus, options) => (await commands()).set(table.context(options), skus, options))
}

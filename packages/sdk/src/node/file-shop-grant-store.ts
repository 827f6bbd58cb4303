import { parseShopGrant, type ShopGrant, type ShopGrantStore, serializeShopGrant } from '../shop/grant.ts'
import { type FileTokenStoreOptions, GrantFolder } from './grant-folder.ts'

/** Grants of TikTok Shop's sellers, creators and partners in a folder of this machine: see {@link GrantFolder}. */
export class FileShopGrantStore extends GrantFolder<ShopGrant> implements ShopGrantStore {
  /** @param folder made when it does not exist, with mode 0700. */
  constructor(folder: string, options: FileTokenStoreOptions = {}) {
    super(folder, { parse: parseShopGrant, serialize: serializeShopGrant }, options)
  }
}

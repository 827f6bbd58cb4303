import { parseTokenSet, serializeTokenSet, type TokenSet } from '../auth/token-set.ts'
import type { TokenStore } from '../auth/token-store.ts'
import { type FileTokenStoreOptions, GrantFolder } from './grant-folder.ts'

/** Users' tokens in a folder of this machine: see {@link GrantFolder}. */
export class FileTokenStore extends GrantFolder<TokenSet> implements TokenStore {
  /** @param folder made when it does not exist, with mode 0700. */
  constructor(folder: string, options: FileTokenStoreOptions = {}) {
    super(folder, { parse: parseTokenSet, serialize: serializeTokenSet }, options)
  }
}

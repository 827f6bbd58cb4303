import { resolveTxt } from 'node:dns/promises'

/** TXT records of a name. */
export type ResolveTxt = (name: string) => Promise<readonly (readonly string[])[]>

export const systemResolveTxt: ResolveTxt = (name) => resolveTxt(name)

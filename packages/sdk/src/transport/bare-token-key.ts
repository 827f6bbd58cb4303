/**
 * Names the window of a bare token without keeping the token: 53 bits of a plain hash (cyrb53), from which a token
 * cannot be told. Two tokens that share one by chance would share a window, which does no harm.
 */
export function bareTokenKey(token: string): string {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < token.length; i += 1) {
    const unit = token.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return `token:${(4294967296 * (2097151 & b) + (a >>> 0)).toString(36)}`
}

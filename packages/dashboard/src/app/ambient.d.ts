declare module 'virtual:hub-operations' {
  /** Method and path by the operation's id. */
  export const operations: Readonly<Record<string, readonly [method: string, path: string]>>
}

declare module '*.css' {}

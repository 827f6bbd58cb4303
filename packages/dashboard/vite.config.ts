import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { OPERATIONS } from '@tockwork/api'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

// Whoever starts this, a test for instance: what is built is what ships, not React's slower self that checks its caller.
process.env.NODE_ENV = 'production'

const OPERATIONS_MODULE = 'virtual:hub-operations'

/**
 * Method and path of each operation, taken from the contract itself while building. Importing the contract in the browser
 * would bring a schema library and every schema along, three times what the pages need for their first sight.
 */
function hubOperations(): Plugin {
  const resolved = `\0${OPERATIONS_MODULE}`
  return {
    name: 'hub-operations',
    resolveId: (id) => (id === OPERATIONS_MODULE ? resolved : undefined),
    load(id) {
      if (id !== resolved) return undefined
      const table = Object.fromEntries(OPERATIONS.map(({ id, method, path }) => [id, [method, path]]))
      return `export const operations = ${JSON.stringify(table)}`
    },
  }
}

/** Scripts and styles lie compressed beside themselves, so that serving one is reading a file. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    writeBundle({ dir = '' }) {
      const assets = join(dir, 'assets')
      for (const name of readdirSync(assets).filter((file) => /\.(js|css|svg)$/.test(file))) {
        const content = readFileSync(join(assets, name))
        writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }))
        writeFileSync(
          join(assets, `${name}.br`),
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        )
      }
    },
  }
}

export default defineConfig({
  plugins: [react(), hubOperations(), compressed()],
  // Nothing is inlined: the hub's policy allows no data: scripts or styles, and hashed files are kept for good.
  build: {
    outDir: 'web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    manifest: true,
  },
  server: { proxy: { '/v1': 'http://localhost:4848', '/session': 'http://localhost:4848' } },
})

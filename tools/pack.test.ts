import { expect, test } from 'vitest'
import { toDistBin, toDistDeclaration, toDistManifest, toDistTarget } from './pack.ts'

test('exports lead to built files; conditions, patterns and other files keep their shape', () => {
  expect(toDistTarget('./src/a/index.ts')).toEqual({
    types: './dist/a/index.d.ts',
    default: './dist/a/index.js',
  })
  expect(toDistTarget('./src/*/index.ts')).toEqual({
    types: './dist/*/index.d.ts',
    default: './dist/*/index.js',
  })
  expect(toDistTarget({ node: './src/node/index.ts', default: './src/index.ts', browser: null })).toEqual({
    node: { types: './dist/node/index.d.ts', default: './dist/node/index.js' },
    default: { types: './dist/index.d.ts', default: './dist/index.js' },
    browser: null,
  })
  expect(toDistTarget('./src/page.html')).toBe('./dist/page.html')
  expect(toDistTarget('./package.json')).toBe('./package.json')
})

test('the manifest keeps what users need and drops what only the repository needs', () => {
  const manifest = toDistManifest('cli', {
    name: 'tockwork',
    version: '1.2.3',
    license: 'Apache-2.0',
    bin: 'bin/tockwork.mjs',
    files: ['src', 'seeds'],
    imports: { '#http': { node: './src/node/http.ts', default: 'undici' } },
    dependencies: { yaml: '2.9.1' },
    devDependencies: { vitest: '1.0.0' },
    scripts: { postinstall: 'node surprise.js' },
  })
  expect(manifest).toEqual({
    name: 'tockwork',
    version: '1.2.3',
    license: 'Apache-2.0',
    dependencies: { yaml: '2.9.1' },
    engines: { node: '>=22.18' },
    sideEffects: false,
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    imports: {
      '#http': {
        node: { types: './dist/node/http.d.ts', default: './dist/node/http.js' },
        default: 'undici',
      },
    },
    bin: { tockwork: 'bin/tockwork.mjs' },
    files: ['dist', 'bin', 'seeds'],
    publishConfig: { access: 'public' },
  })
  expect(toDistManifest('sdk', { name: '@tockwork/sdk', version: '1.0.0' }).engines).toEqual({
    node: '>=20.19',
  })
})

test('a bin starts the built files', () => {
  expect(toDistBin("#!/usr/bin/env node\nawait import('../src/main.ts')\n")).toBe(
    "#!/usr/bin/env node\nawait import('../dist/main.js')\n",
  )
})

test('declarations name JavaScript files, in every form of import', () => {
  expect(
    toDistDeclaration(
      "import './a.ts';\nexport { b } from '../b.ts';\nexport type C = import(\"./c/d.ts\").D;\nimport e from 'e.ts';",
    ),
  ).toBe(
    "import './a.js';\nexport { b } from '../b.js';\nexport type C = import(\"./c/d.js\").D;\nimport e from 'e.ts';",
  )
})

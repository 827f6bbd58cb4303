#!/usr/bin/env node
// Small on purpose: every command pays for what is loaded here.
import module from 'node:module'
import { runOnRightNode } from './right-node.mjs'

if (!runOnRightNode(import.meta.url)) {
  module.enableCompileCache?.()
  const { main } = await import('../src/main.ts')
  await main()
}

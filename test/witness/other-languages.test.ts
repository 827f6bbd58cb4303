import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { APP, find, REDIRECT, run, runClient, stage, warnings } from './witness.ts'

const PYTHONS = ['/usr/bin/python3', 'python3']

test('Python, requests-oauthlib: consent, refresh, a post, the video list', async ({ skip }) => {
  const python = await find(PYTHONS, ['-c', 'import requests_oauthlib'])
  if (python === undefined)
    return skip('no Python with requests-oauthlib (python3-requests-oauthlib) on this machine')
  await using on = await stage()
  expect(await runClient(on, python, 'requests_oauthlib_client.py')).toEqual({
    user: 'Mika',
    put: 201,
    status: 'PUBLISH_COMPLETE',
    listed: 'from Python',
    same_id: true,
    type: 'Bearer',
  })
  expect(warnings(on)).toContain('client_id is no documented parameter')
})

test('Python, Authlib: base64url PKCE, refresh, user info', async ({ skip }) => {
  const python = await find(PYTHONS, ['-c', 'import authlib, requests'])
  if (python === undefined) return skip('no Python with Authlib (python3-authlib) on this machine')
  await using on = await stage()
  expect(await runClient(on, python, 'authlib_client.py')).toEqual({
    username: 'mika',
    type: 'Bearer',
    expires: 86_400,
  })
})

test('Ruby, oauth2: code, refresh, user info', async ({ skip }) => {
  const ruby = await find(['ruby'], ['-e', "require 'oauth2'"])
  if (ruby === undefined) return skip('no Ruby with the oauth2 gem (ruby-oauth2) on this machine')
  await using on = await stage()
  expect(await runClient(on, ruby, 'oauth2_gem.rb')).toEqual({ user: 'Mika', expires: 86_400 })
})

test('PHP, curl extension: an upload to the inbox', async ({ skip }) => {
  const php = await find(['php'], ['-r', 'exit(function_exists("curl_init") ? 0 : 1);'])
  if (php === undefined) return skip('no PHP with its curl extension (php-cli, php-curl) on this machine')
  await using on = await stage()
  expect(await runClient(on, php, 'curl_extension.php')).toEqual({
    put: 201,
    status: 'SEND_TO_USER_INBOX',
    scope: 'user.info.basic,video.upload',
  })
})

test('Go, golang.org/x/oauth2: code and video list', { timeout: 120_000 }, async ({ skip }) => {
  const packaged = '/usr/share/gocode/src/golang.org/x/oauth2'
  const go = existsSync(packaged) ? await find(['go'], ['version']) : undefined
  if (go === undefined)
    return skip('no Go with x/oauth2 (golang-go, golang-golang-x-oauth2-dev) on this machine')
  await using on = await stage()
  // Debian ships libraries as sources on the older GOPATH; nothing is fetched.
  Object.assign(on.env, { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '-p=1' })
  const { stdout } = await run(
    go,
    ['run', join(import.meta.dirname, 'clients', 'oauth2.go'), REDIRECT, APP.client_key, APP.client_secret],
    { env: on.env, timeout: 120_000 },
  )
  expect(JSON.parse(stdout)).toEqual({ type: 'Bearer', videos: 3, openId: true })
})

test('Java, java.net.http: proxy and trust from system properties', { timeout: 60_000 }, async ({ skip }) => {
  const java = await find(['java'], ['--version'])
  const keytool = await find(['keytool'], ['-help'])
  if (java === undefined || keytool === undefined) return skip('no JDK on this machine')
  await using on = await stage()
  const store = join(on.folder, 'trust.p12')
  await run(keytool, [
    ...['-importcert', '-noprompt', '-alias', 'tockwork', '-file', on.proxy.caFile],
    ...['-keystore', store, '-storetype', 'PKCS12', '-storepass', 'changeit'],
  ])
  const { stdout } = await run(
    java,
    [
      ...['-Dhttps.proxyHost=127.0.0.1', `-Dhttps.proxyPort=${on.proxy.port}`],
      ...[`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit'],
      ...[
        join(import.meta.dirname, 'clients', 'HttpClientWitness.java'),
        REDIRECT,
        APP.client_key,
        APP.client_secret,
      ],
    ],
    { timeout: 60_000 },
  )
  expect(JSON.parse(stdout)).toEqual({ user: 'Mika', version: 'HTTP_1_1' })
})

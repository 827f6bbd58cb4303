// The least that Node can do, and what everything else is compared with: answers every request with the same JSON.
// Plain JavaScript, so that it pays for no type stripping.
//
//   node bench/bare-server.mjs [body [headers as JSON]]     prints {"port":N}
// Not imported: that would load undici too, see packages/emulator/src/http/node-http.ts.
const { createServer } = process.getBuiltinModule('node:http')

const [body = '{}', headers = '{}'] = process.argv.slice(2)
const bytes = Buffer.from(body)
const head = {
  'content-type': 'application/json; charset=utf-8',
  ...JSON.parse(headers),
  'content-length': bytes.length,
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume()
  response.writeHead(200, head)
  response.end(bytes)
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))

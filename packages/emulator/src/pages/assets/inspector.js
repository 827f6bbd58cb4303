// What the emulator's pages do beyond plain HTML: requests appear as they come in, and the clock ticks.
const KEEP_ROWS = 500

const live = document.getElementById('live')
const table = document.getElementById('requests')
const filter = new URLSearchParams(location.search)
const wanted = (name) => (filter.get(name) ?? '').trim()

/** The same rules as `request-filter.ts`. */
function fits(request) {
  const verdict = wanted('verdict')
  if (verdict === 'ok' && request.verdict !== 'ok') return false
  if (verdict === 'not ok' && request.verdict === 'ok') return false
  if (!['', 'ok', 'not ok'].includes(verdict) && !request.verdict.includes(verdict)) return false
  const endpoint = wanted('endpoint')
  if (!(request.endpoint ?? '').includes(endpoint) && !request.path.includes(endpoint)) return false
  if (wanted('user') !== '' && request.user !== wanted('user')) return false
  return wanted('app') === '' || request.client_key === wanted('app')
}

/** Everything goes in as text, so nothing that a client sent can become markup. */
function element(name, className, ...content) {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...content.filter((one) => one !== undefined))
  return made
}

function tag(kind, text) {
  return element('span', `tag ${kind}`, text)
}

function verdictKind(verdict) {
  if (verdict === 'ok') return 'good'
  return verdict.startsWith('fault ') ? 'warn' : 'bad'
}

function row(request) {
  const link = element('a', '', `${request.method} ${request.path}`)
  link.href = `/_emulator/request/${request.id}`
  const small = (text) => (text === undefined ? [] : [element('br', ''), element('small', '', text)])
  const count = request.warnings.length
  const warnings = count === 0 ? [] : [' ', tag('warn', count === 1 ? '1 warning' : `${count} warnings`)]
  return element(
    'tr',
    'new',
    element('td', 'tight side', request.at.slice(11, 19)),
    element('td', 'tight side', request.status === 0 ? 'cut' : String(request.status)),
    element('td', '', link, ...small(request.endpoint)),
    element('td', 'side', tag(verdictKind(request.verdict), request.verdict), ...warnings),
    element('td', 'side', request.user === undefined ? '' : `@${request.user}`, ...small(request.client_key)),
    element('td', 'tight side', `${request.took_ms} ms`),
  )
}

function arrive(request) {
  if (!fits(request)) return
  const body = table.tBodies[0]
  body.prepend(row(request))
  while (body.rows.length > KEEP_ROWS) body.lastElementChild.remove()
  table.hidden = false
  document.getElementById('no-requests').hidden = true
}

// On a phone the place in the navigation may lie outside the screen.
const here = document.querySelector('nav [aria-current]')
if (here !== null) {
  const bar = here.closest('ul')
  bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2
}

const clock = document.getElementById('clock')
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
let clockBase = Date.parse(clock.dateTime)
let clockSince = performance.now()
let frozen = clock.dataset.frozen === 'true'

function showClock() {
  const now = new Date(clockBase + (frozen ? 0 : performance.now() - clockSince))
  const iso = now.toISOString()
  clock.dateTime = iso
  clock.textContent = `${now.getUTCDate()} ${MONTHS[now.getUTCMonth()]} ${now.getUTCFullYear()}, ${iso.slice(11, 19)} UTC`
}

function setClock(state) {
  clockBase = Date.parse(state.now)
  clockSince = performance.now()
  frozen = state.frozen
  document.getElementById('clock-state').textContent = frozen ? 'frozen' : 'running'
  const button = document.querySelector('.clock [name=frozen]')
  button.value = String(!frozen)
  button.textContent = frozen ? 'Run' : 'Freeze'
  showClock()
}

setInterval(showClock, 1000)

const events = new EventSource('/_emulator/events')
events.addEventListener('clock', (event) => setClock(JSON.parse(event.data)))
if (table !== null) {
  const say = (on, text) => {
    live.classList.toggle('on', on)
    live.textContent = text
  }
  events.addEventListener('request', (event) => arrive(JSON.parse(event.data)))
  events.addEventListener('missed', (event) => say(true, `live, ${event.data} left out`))
  events.addEventListener('open', () => say(true, 'live'))
  events.addEventListener('error', () => say(false, 'connection lost, trying again'))
}
// A page that waits in the browser's history must not hold a connection.
addEventListener('pagehide', () => events.close())
addEventListener('pageshow', (event) => event.persisted && location.reload())

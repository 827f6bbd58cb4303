// The publish page's script. What may be chosen and what is said follows TikTok's content sharing guidelines; the server
// holds every submission against the same rules.

const state = JSON.parse(document.getElementById('state').textContent)
const { texts } = state
const byId = (id) => document.getElementById(id)
const all = (selector, within = document) => [...within.querySelectorAll(selector)]
const form = byId('form')
const submit = byId('submit')

const submitLabel = submit?.textContent

let media = state.media
let uploading
let sending = false

/* Telling whoever framed or opened the page. */

const embedded = window.parent !== window
function tell(type, more = {}) {
  const to = embedded ? window.parent : window.opener
  if (!to) return
  const allowed = [location.origin, ...state.origins]
  // Where the browser says who framed the page, it is told alone; elsewhere the allowed ones are tried in turn.
  const outer = embedded ? location.ancestorOrigins?.[0] : undefined
  for (const origin of outer === undefined ? allowed : allowed.filter((one) => one === outer))
    to.postMessage({ source: 'tockwork-publish', type, ...more }, origin)
}

if (embedded) {
  let height = 0
  new ResizeObserver(() => {
    const now = Math.ceil(document.body.getBoundingClientRect().height)
    if (now === height) return
    height = now
    tell('resize', { height })
  }).observe(document.body)
}

/* Hints: why something cannot be chosen, on hover, focus and touch. */

const hint = document.createElement('div')
hint.id = 'hint'
hint.setAttribute('role', 'tooltip')
hint.hidden = true
document.querySelector('main').append(hint)

let hintedNow
function showHint(element) {
  hintedNow = element
  const text = element?.dataset.hint
  hint.hidden = !text
  if (!text) return
  hint.textContent = text
  const box = element.getBoundingClientRect()
  const { width, height } = hint.getBoundingClientRect()
  const above = box.top - height - 8
  hint.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`
  hint.style.top = `${above < 8 ? box.bottom + 8 : above}px`
}
const hinted = (event) => event.target.closest?.('[data-hint]')
document.addEventListener('mouseover', (event) => showHint(hinted(event)))
document.addEventListener('focusin', (event) => showHint(hinted(event)))
document.addEventListener('focusout', () => showHint(undefined))
document.addEventListener('keydown', (event) => event.key === 'Escape' && showHint(undefined))
// What scrolls takes its hint along.
document.addEventListener('scroll', () => hintedNow && showHint(hintedNow), true)

/* Who can view it: a list of its own, since a native one can say nothing about what is disabled. */

class Choice {
  constructor(section) {
    this.account = section.dataset.account
    this.section = section
    this.button = section.querySelector('[role=combobox]')
    this.list = section.querySelector('[role=listbox]')
    this.options = all('[role=option]', section)
    this.value = undefined
    this.at = -1
    this.button.addEventListener('click', () => (this.list.hidden ? this.open() : this.close()))
    this.button.addEventListener('keydown', (event) => this.key(event))
    this.button.addEventListener('blur', () => this.close())
    this.list.addEventListener('mousedown', (event) => event.preventDefault())
    this.list.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]')
      if (option) this.choose(this.options.indexOf(option))
    })
    this.list.addEventListener('mousemove', (event) => {
      const at = this.options.indexOf(event.target.closest('[role=option]'))
      if (at >= 0 && at !== this.at) this.move(at, false)
    })
  }
  open() {
    this.list.hidden = false
    this.button.setAttribute('aria-expanded', 'true')
    this.move(
      Math.max(
        0,
        this.options.findIndex(({ dataset }) => dataset.value === this.value),
      ),
    )
  }
  close() {
    this.list.hidden = true
    this.button.setAttribute('aria-expanded', 'false')
    this.button.removeAttribute('aria-activedescendant')
    showHint(undefined)
  }
  move(at, byKey = true) {
    this.at = Math.max(0, Math.min(at, this.options.length - 1))
    this.options.forEach((option, index) => {
      option.classList.toggle('at', index === this.at)
    })
    const option = this.options[this.at]
    this.button.setAttribute('aria-activedescendant', option.id)
    if (byKey) {
      option.scrollIntoView({ block: 'nearest' })
      showHint(option)
    }
  }
  choose(at) {
    const option = this.options[at]
    if (option.getAttribute('aria-disabled') === 'true') return showHint(option)
    this.value = option.dataset.value
    for (const one of this.options) one.setAttribute('aria-selected', String(one === option))
    const value = this.button.querySelector('.value')
    value.textContent = option.textContent
    delete value.dataset.empty
    this.close()
    update()
  }
  key(event) {
    const open = !this.list.hidden
    const steps = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, Home: 0, End: this.options.length - 1 }
    if (event.key in steps) {
      event.preventDefault()
      if (open) this.move(steps[event.key])
      else this.open()
    } else if ((event.key === 'Enter' || event.key === ' ') && open) {
      event.preventDefault()
      this.choose(this.at)
    } else if (event.key === 'Escape' && open) {
      event.preventDefault()
      this.close()
    }
  }
  /** Branded content is never private. */
  limit(branded) {
    for (const option of this.options) {
      if (option.hasAttribute('data-unaudited')) continue
      const barred = branded && option.dataset.value === 'SELF_ONLY'
      if (barred) {
        option.setAttribute('aria-disabled', 'true')
        option.dataset.hint = texts.brandedNotPrivate
        option.dataset.step = 'branded-not-private'
      } else {
        option.removeAttribute('aria-disabled')
        delete option.dataset.hint
      }
    }
  }
}
const choices = all('[data-account]').map((section) => new Choice(section))

/* The state of the form, worked out anew after every change. */

const checked = (id) => byId(id)?.checked === true

function counts() {
  let over
  for (const counter of all('.count')) {
    const field = byId(counter.id.replace('-count', ''))
    const most = Number(counter.dataset.most)
    const { length } = field.value
    // TikTok counts UTF-16 code units, and so does length.
    counter.textContent = `${length} / ${most}`
    counter.classList.toggle('over', length > most)
    field.setAttribute('aria-invalid', String(length > most))
    const label = document.querySelector(`label[for="${field.id}"]`).textContent
    if (length > most) over = `${label} is ${length - most} characters too long.`
  }
  return over
}

function mediaProblem() {
  if (uploading) return 'Wait until the video is uploaded.'
  if (!media) return 'Choose a video.'
  if (media.problems.length > 0) return media.problems[0]
  const { durationSec } = media
  for (const { name, maxDurationSec, postId } of state.accounts)
    if (postId === null && maxDurationSec !== null && durationSec !== null && durationSec > maxDurationSec)
      return `The video is ${Math.ceil(durationSec)} seconds long; ${name} may post up to ${maxDurationSec} seconds.`
  return undefined
}

/** Why it cannot be posted as it is; the first reason is enough for a person. */
function reason() {
  const wrongMedia = mediaProblem()
  const note = byId('media-note')
  const bad = Boolean(wrongMedia && media && !uploading)
  note.textContent = bad ? wrongMedia : ''
  note.classList.toggle('bad', bad)
  const tooLong = counts()
  if (wrongMedia) return wrongMedia
  if (checked('disclose') && !checked('your-brand') && !checked('branded-content'))
    return texts.chooseDisclosure
  if (tooLong) return tooLong
  if (choices.some(({ value }) => value === undefined)) return 'Choose who can view this post.'
  if (later() && !(Date.parse(byId('at').value) > Date.now())) return 'Choose a time that is still to come.'
  return undefined
}

const later = () => document.querySelector('input[name=when]:checked')?.value === 'later'

function update() {
  if (!form) return
  const branded = byId('branded-content')
  if (branded) {
    const on = checked('disclose')
    byId('disclosure').hidden = !on
    if (!on) for (const id of ['your-brand', 'branded-content']) byId(id).checked = false
    const onlyPrivate = choices.some(
      ({ value, options }) =>
        value === 'SELF_ONLY' ||
        options.every((one) => one.dataset.value === 'SELF_ONLY' || one.hasAttribute('data-unaudited')),
    )
    branded.disabled = onlyPrivate
    if (onlyPrivate) branded.checked = false
    const box = byId('branded-box')
    box.toggleAttribute('data-off', onlyPrivate)
    if (onlyPrivate) box.dataset.hint = texts.brandedNotPrivate
    else delete box.dataset.hint
    byId('branded-why').hidden = !onlyPrivate
    for (const choice of choices) choice.limit(branded.checked)
    byId('prompt').textContent = branded.checked
      ? texts.paidPartnership
      : checked('your-brand')
        ? texts.promotional
        : ''
    byId('consent-music').hidden = branded.checked
    byId('consent-branded').hidden = !branded.checked
  }
  byId('later').hidden = !later()
  submit.textContent = later() ? 'Schedule' : submitLabel
  const under = byId('under-text')
  under.textContent = [byId('title')?.value, byId('description')?.value].filter(Boolean).join('\n')
  byId('under-who').textContent = state.accounts.map(({ name }) => name).join(', ')
  const why = sending ? undefined : reason()
  submit.setAttribute('aria-disabled', String(sending || why !== undefined))
  if (why === undefined) delete submit.dataset.hint
  else submit.dataset.hint = why
  byId('why').textContent = why ?? ''
}

/* The video: shown, chosen, uploaded. */

function showVideo() {
  const video = byId('video')
  if (!video) return
  video.hidden = false
  byId('unplayable').hidden = true
  const address = video.dataset.url ?? `${state.base}/media`
  // Another address for another file, or the player keeps the old one.
  video.src = media?.version === undefined ? address : `${address}?n=${media.version}`
}

function upload(file) {
  const request = new XMLHttpRequest()
  uploading?.abort()
  uploading = request
  byId('progress').hidden = false
  byId('drop').hidden = true
  problems([])
  const end = () => {
    if (uploading !== request) return
    uploading = undefined
    byId('progress').hidden = true
    byId('drop').hidden = false
    update()
  }
  const show = (percent) => {
    byId('bar').setAttribute('aria-valuenow', String(percent))
    byId('bar-fill').style.width = `${percent}%`
  }
  show(0)
  request.upload.addEventListener('progress', ({ loaded, total }) => show(Math.floor((100 * loaded) / total)))
  request.addEventListener('load', () => {
    const answer = read(request.responseText)
    if (request.status === 201) {
      media = {
        ready: true,
        durationSec: answer.duration_sec,
        problems: answer.problems,
        version: (media?.version ?? 0) + 1,
      }
      delete byId('video').dataset.url
      byId('drop-text').textContent = 'Choose another video'
      showVideo()
    } else problems([answer?.detail ?? answer?.title ?? 'The upload did not work. Try it once more.'])
    end()
  })
  request.addEventListener('error', () => {
    problems(['The connection broke during the upload. Try it once more.'])
    end()
  })
  request.addEventListener('abort', end)
  request.open('POST', `${state.base}/file?name=${encodeURIComponent(file.name)}`)
  request.setRequestHeader('content-type', 'application/octet-stream')
  request.send(file)
  update()
}

function read(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problems(messages) {
  const place = byId('problems')
  if (!place) return
  place.textContent = messages.join('\n')
  place.hidden = messages.length === 0
}

/* Submitting, and what becomes of it. */

function submission() {
  const branded = checked('branded-content')
  const at = later()
    ? { scheduled_at: byId('at').value, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone }
    : {}
  const draftVideo = state.mode === 'draft' && state.kind === 'video'
  const open = state.accounts.filter(
    ({ id, postId }) =>
      postId === null && (state.mode === 'draft' || choices.some(({ account }) => account === id)),
  )
  return {
    ...(draftVideo ? {} : { title: byId('title').value }),
    ...(state.kind === 'photo' ? { description: byId('description').value } : {}),
    accounts: open.map(({ id }) => {
      const choice = choices.find(({ account }) => account === id)
      if (choice === undefined) return { account_id: id }
      const allow = (what) => choice.section.querySelector(`[data-allow=${what}]`)?.checked === true
      return {
        account_id: id,
        privacy_level: choice.value,
        allow_comment: allow('comment'),
        allow_duet: allow('duet'),
        allow_stitch: allow('stitch'),
      }
    }),
    disclose: checked('disclose'),
    your_brand: checked('your-brand'),
    branded_content: branded,
    aigc: checked('aigc'),
    agreed: state.mode === 'draft' ? [] : branded ? ['branded_content', 'music_usage'] : ['music_usage'],
    ...at,
  }
}

async function send() {
  sending = true
  problems([])
  update()
  let messages = []
  try {
    const response = await fetch(state.base, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(submission()),
    })
    const answer = await response.json()
    if (answer.accounts === undefined) messages = [answer.detail ?? answer.title]
    else {
      for (const { account_id, post_id, errors } of answer.accounts) {
        const account = state.accounts.find(({ id }) => id === account_id)
        account.postId = post_id
        const whose = state.accounts.length > 1 ? `${account.name}: ` : ''
        messages.push(...errors.map(({ message }) => whose + message))
      }
      const posts = state.accounts
        .filter(({ postId }) => postId !== null)
        .map(({ id, postId }) => ({ account_id: id, post_id: postId }))
      if (posts.length > 0) tell('submitted', { posts })
    }
  } catch {
    messages = ['The hub did not answer. Look whether you are online, then try it once more.']
  }
  sending = false
  // What was posted is not asked for again; what was refused can be corrected.
  for (const { id, postId } of state.accounts) {
    const at = choices.findIndex(({ account }) => account === id)
    if (postId === null || at < 0) continue
    choices[at].section.hidden = true
    choices.splice(at, 1)
  }
  problems([...new Set(messages)])
  update()
  const done = state.accounts.some(({ postId }) => postId !== null)
  if (done && messages.length === 0) form.hidden = true
  if (done) void follow()
  else byId('problems').scrollIntoView({ block: 'center' })
}

let following = false
async function follow() {
  byId('result').hidden = false
  if (following) return
  following = true
  byId('result').scrollIntoView({ block: 'nearest' })
  for (let pause = 1000; ; pause = Math.min(pause * 1.25, 8000)) {
    try {
      const response = await fetch(`${state.base}/status`)
      if (response.status === 404) break
      const { accounts } = await response.json()
      const posted = accounts.filter(({ post_id }) => post_id !== null)
      for (const one of posted) show(one)
      if (posted.length > 0 && posted.every(({ final }) => final)) {
        tell('finished', {
          posts: posted.map(({ account_id, post_id, state: reached, url }) => ({
            account_id,
            post_id,
            state: reached,
            url,
          })),
        })
        document.documentElement.dataset.finished = ''
        break
      }
    } catch {
      // Offline for a moment: the next question may get through.
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  following = false
}

function show({ account_id, tone, title, text, url }) {
  const place = document.querySelector(`[data-status="${account_id}"]`)
  place.hidden = false
  if (place.dataset.tone !== tone) place.dataset.tone = tone
  const put = (selector, words) => {
    const element = place.querySelector(selector)
    // Only what changed is written, or a screen reader would say it all again.
    if (element.textContent !== words) element.textContent = words
  }
  put('.status-title', title)
  put('.status-text', text)
  const link = place.querySelector('.status-link')
  link.hidden = !url
  if (url) link.href = url
}

/* Wiring. */

byId('again')?.addEventListener('click', () => location.reload())
byId('close').addEventListener('click', () => {
  tell('closed')
  window.close()
})
for (const image of all('.face img')) {
  const gone = () => image.remove()
  if (image.complete && image.naturalWidth === 0) gone()
  else image.addEventListener('error', gone)
}

if (form) {
  const video = byId('video')
  video?.addEventListener('error', () => {
    if (!video.getAttribute('src')) return
    video.hidden = false
    byId('unplayable').hidden = false
  })
  video?.addEventListener('loadedmetadata', () => {
    // An address that TikTok downloads from was not looked into by the hub; the player knows how long it is.
    if (media && media.durationSec === null && Number.isFinite(video.duration)) {
      media.durationSec = video.duration
      update()
    }
  })
  if (media) showVideo()
  byId('file')?.addEventListener('change', ({ target }) => target.files[0] && upload(target.files[0]))
  byId('stop-upload')?.addEventListener('click', () => uploading?.abort())
  const frame = byId('frame')
  const drop = byId('drop')
  if (drop) {
    frame.addEventListener('dragover', (event) => {
      event.preventDefault()
      drop.classList.add('over')
    })
    frame.addEventListener('dragleave', () => drop.classList.remove('over'))
    frame.addEventListener('drop', (event) => {
      event.preventDefault()
      drop.classList.remove('over')
      const [file] = event.dataTransfer.files
      if (file) upload(file)
    })
  }
  const at = byId('at')
  const local = (ms) => {
    const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
    return date.toISOString().slice(0, 16)
  }
  at.min = local(Date.now())
  if (state.scheduledAt !== null) {
    at.value = local(state.scheduledAt)
    document.querySelector('input[name=when][value=later]').checked = true
  }
  byId('zone').textContent = Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll('_', ' ')
  byId('copy')?.addEventListener('click', async () => {
    await navigator.clipboard.writeText(byId('title').value)
    byId('copy').textContent = 'Copied'
  })
  form.addEventListener('input', update)
  form.addEventListener('change', update)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (submit.getAttribute('aria-disabled') === 'true') showHint(submit)
    else void send()
  })
  update()
}
if (state.accounts.some(({ postId }) => postId !== null)) void follow()

// What a creator may choose is asked anew whenever the page is shown, also when it comes back from the browser's cache.
window.addEventListener('pageshow', (event) => event.persisted && location.reload())

document.documentElement.dataset.ready = ''
tell('ready', { height: Math.ceil(document.body.getBoundingClientRect().height) })

if (new URLSearchParams(location.search).get('demo') === '1' && form) {
  const { walk } = await import('./demo.js')
  await walk({ state, choices, showHint, update })
}

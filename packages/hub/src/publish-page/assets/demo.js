// Walks through the page in the order of TikTok's guideline, at a pace that a reviewer of the demo video can follow. It
// does what a person does, with the same controls. The button is pressed only where whoever made the link asked for it.

const byId = (id) => document.getElementById(id)
const pace = Math.max(
  0.01,
  Math.min(10, Number(new URLSearchParams(location.search).get('pace') ?? '1') || 1),
)
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000 * pace))
const step = (name) => document.querySelector(`[data-step~="${name}"]`)

const bar = document.createElement('p')
bar.id = 'tour'
bar.setAttribute('role', 'status')

let lit
/** Says what is shown now. `names` are items of the checklist; the first one says where. */
async function at(names, words, place = step(names.split(' ')[0]), seconds = 2.4) {
  lit?.classList.remove('toured')
  lit = place
  lit?.classList.add('toured')
  lit?.scrollIntoView({ block: 'center', behavior: 'smooth' })
  bar.textContent = words
  document.documentElement.dataset.demoStep = names
  await wait(seconds)
}

const click = async (element) => {
  element?.click()
  await wait(0.8)
}

export async function walk({ state, choices, showHint }) {
  document.querySelector('main').append(bar)
  document.documentElement.dataset.demo = 'running'
  const direct = state.mode === 'direct'
  await at(
    'fresh-creator-info nickname',
    'The account that the post goes to, asked of TikTok when the page was opened',
  )
  await at('preview no-added-marks', 'A preview of the content; nothing is added to it')
  await at('duration', 'The length of the video is held against what this creator may post', step('preview'))
  if (step('title-editable')) {
    await at('title-editable', 'The caption can be edited')
    await type(byId('title'))
  }
  if (direct) {
    for (const choice of choices) await privacy(choice)
    await interactions(choices, state.kind)
    await disclosure(choices, showHint)
    await consent()
  }
  await at('processing-notice', 'It may take a few minutes until the post can be seen')
  await at(
    'nothing-before-consent',
    direct
      ? 'Nothing is sent before the person agrees and presses the button'
      : 'Nothing is sent before the button is pressed',
  )
  if (!state.demo) {
    document.documentElement.dataset.demo = 'waiting'
    bar.textContent = 'Press the button to go on'
  } else await click(byId('submit'))
  await until(() => !byId('result').hidden)
  document.documentElement.dataset.demo = 'running'
  await at('show-result', 'What becomes of the post is shown here until it is done', byId('result'))
  await until(() => 'finished' in document.documentElement.dataset)
  await at('show-result', 'Done', byId('result'))
  lit?.classList.remove('toured')
  document.documentElement.dataset.demo = 'done'
}

async function type(field) {
  const text = `${field.value}${field.value === '' ? '' : ' '}#demo`
  for (let length = field.value.length; length <= text.length; length += 1) {
    field.value = text.slice(0, length)
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await wait(0.12)
  }
  await wait(0.8)
}

async function privacy(choice) {
  const place = choice.section.querySelector('.select')
  await at('privacy-no-default privacy-options', 'Nothing is chosen beforehand', place)
  choice.open()
  await at('privacy-options', 'Exactly what TikTok offers this creator', place)
  // The first that is open to branded content, so that all of the disclosure can be shown.
  const option = choice.options.findIndex(
    (one) => one.dataset.value !== 'SELF_ONLY' && one.getAttribute('aria-disabled') !== 'true',
  )
  const chosen = option < 0 ? choice.options.findIndex((one) => one.dataset.value === 'SELF_ONLY') : option
  choice.move(chosen)
  await wait(0.8)
  choice.choose(chosen)
  await wait(0.8)
}

async function interactions(choices, kind) {
  const [choice] = choices
  if (!choice) return
  const place = choice.section.querySelector('fieldset')
  await at(
    kind === 'photo' ? 'photo-interactions interactions-off' : 'interactions-off',
    kind === 'photo'
      ? 'For photos comments alone, off until the person allows them'
      : 'Comments, duets and stitches are off until the person allows them',
    place,
  )
  const off = choice.section.querySelector('[data-off]')
  if (off) await at('interactions-greyed', 'What the creator switched off in TikTok cannot be chosen', off)
  for (const box of choice.section.querySelectorAll('[data-allow]:not(:disabled)')) await click(box)
}

async function disclosure(choices, showHint) {
  await at('disclosure-off', 'The disclosure is off to begin with')
  await click(byId('disclose'))
  await at('disclosure-choices', 'Switched on, it asks what is promoted')
  const button = byId('submit')
  button.scrollIntoView({ block: 'center' })
  await wait(0.8)
  showHint(button)
  await at('disclosure-empty', 'While nothing is chosen it cannot be posted, and the button says why', button)
  showHint(undefined)
  await click(byId('your-brand'))
  await at('your-brand-prompt', 'Your brand: labelled as promotional content', byId('disclosure'))
  const branded = byId('branded-content')
  if (!branded.disabled) {
    await click(branded)
    await at('branded-prompt', 'With branded content: labelled as paid partnership', byId('disclosure'))
    await at('consent-branded', 'The text to agree to changes with it')
    const [choice] = choices
    const own = choice.options.findIndex((one) => one.dataset.value === 'SELF_ONLY')
    if (own >= 0) {
      choice.section.scrollIntoView({ block: 'center' })
      choice.open()
      choice.move(own)
      await at(
        'branded-not-private',
        'Branded content cannot be private: only-me is disabled',
        choice.section.querySelector('.select'),
      )
      showHint(choice.options[own])
      await wait(1.6)
      choice.close()
      await click(branded)
      choice.open()
      choice.choose(own)
      await wait(0.8)
    } else await click(branded)
  }
  if (branded.disabled) {
    const box = byId('branded-box')
    box.scrollIntoView({ block: 'center' })
    await wait(0.8)
    showHint(box)
    await at(
      'branded-not-private',
      'While only the creator can view it, branded content cannot be chosen',
      box,
    )
    showHint(undefined)
  }
  await click(byId('your-brand'))
  await click(byId('disclose'))
}

async function consent() {
  await at('consent-music', 'What the person agrees to by posting')
}

async function until(is) {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 100))
}

// The search of the documentation: the index is loaded when somebody begins to search.
const root = document.currentScript.dataset.root
const field = document.getElementById('search')
const list = document.getElementById('hits')
const menu = document.querySelector('.menu')
let index

// On a wide screen the menu is always there; on a phone it opens.
const wide = matchMedia('(min-width: 50.01rem)')
const showMenu = () => {
  menu.open = wide.matches
}
wide.addEventListener('change', showMenu)
showMenu()

async function load() {
  const entries = await (await fetch(`${root}search.json`)).json()
  const search = new MiniSearch({
    fields: ['t', 'p', 'x'],
    storeFields: ['u', 't', 'p'],
    tokenize: (text) =>
      (text.match(/[\p{L}\p{N}_]+/gu) ?? []).flatMap((word) =>
        word.includes('_') ? [word, ...word.split('_')] : [word],
      ),
    searchOptions: {
      boost: { t: 3 },
      prefix: true,
      fuzzy: (term) => (term.length > 5 ? 0.15 : false),
    },
  })
  search.addAll(entries)
  return search
}

field.addEventListener('input', async () => {
  index ??= load()
  const search = await index
  const hits = field.value.trim() === '' ? [] : search.search(field.value).slice(0, 12)
  list.replaceChildren(
    ...hits.map(({ u, t, p }) => {
      const item = document.createElement('li')
      const link = item.appendChild(document.createElement('a'))
      link.href = root + u
      link.append(t)
      link.appendChild(document.createElement('small')).append(p)
      return item
    }),
  )
  list.hidden = hits.length === 0
})

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') list.hidden = true
  else if (event.key === '/' && !event.target.closest('input, textarea')) {
    event.preventDefault()
    field.focus()
  } else if (event.key === 'ArrowDown' && event.target === field) {
    event.preventDefault()
    list.querySelector('a')?.focus()
  }
})

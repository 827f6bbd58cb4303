// Tells the window that opened this page how it goes. It alone: the origin is the one that the hub was told.
const { origin, message } = JSON.parse(document.getElementById('news').textContent)
const tell = (what) => window.opener?.postMessage({ source: 'tockwork-connect', ...what }, origin)
tell(message)
document.getElementById('done')?.addEventListener('click', () => {
  tell({ type: 'closed', reason: 'done' })
  window.close()
})

// Takes what connect.js put behind the `#` of the address, out of the history too, and sends it as a form: the token is in
// no address that a server or its logs could see.
const given = new URLSearchParams(location.hash.slice(1))
history.replaceState(null, '', location.pathname)
const form = document.createElement('form')
form.method = 'post'
form.action = '/connect/sdk'
for (const [name, value] of given) {
  const field = document.createElement('input')
  field.type = 'hidden'
  field.name = name
  field.value = value
  form.append(field)
}
document.body.append(form)
form.submit()

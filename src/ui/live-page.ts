import { quoted } from '../report/html/markup.js'
import { page } from '../report/html/page.js'

/** The server makes the charts, those of the report; the page puts them in their places. */
const script = `
const token = new URLSearchParams(location.search).get('token')
const at = name => document.getElementById(name)
const show = ({ data }) => {
  for (const [name, html] of Object.entries(JSON.parse(data))) at(name).innerHTML = html
}
const events = new EventSource('events?token=' + token)
events.addEventListener('panels', show)
events.addEventListener('end', event => {
  events.close()
  at('stop').disabled = true
  show(event)
})
at('stop').addEventListener('click', () => {
  at('stop').disabled = true
  fetch('stop?token=' + token, { method: 'POST' })
})
`

export const livePage = (name: string): string =>
  page(
    `nmgen: ${name}`,
    `<h1 id="title">${quoted(name)}</h1>
<p><button id="stop" type="button">Stop the run</button></p>
<div id="status" aria-live="off"></div>
<div id="rates"></div>
<div id="latency"></div>`,
    script,
  )

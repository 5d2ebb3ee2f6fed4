import { quoted } from '../report/html/markup.js'
import { page } from '../report/html/page.js'
import { percentOf } from '../stats/format.js'

/** The least and the most of what the profile asks for that a page may ask for instead. */
export const RATE_FACTORS = { least: 0.01, most: 10 }

export const rateWords = (factor: number): string => `${percentOf(factor)} of what the profile asks for`

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
  for (const control of document.querySelectorAll('button, input')) control.disabled = true
  show(event)
})
at('stop').addEventListener('click', () => {
  at('stop').disabled = true
  fetch('stop?token=' + token, { method: 'POST' })
})
const rate = at('rate')
const factor = () => (10 ** rate.value).toPrecision(3)
rate?.addEventListener('input', () => {
  const words = Number((100 * factor()).toPrecision(3)) + ' % of what the profile asks for'
  rate.setAttribute('aria-valuetext', words)
  at('asked').textContent = words
})
rate?.addEventListener('change', () => {
  fetch('rate?token=' + token + '&factor=' + factor(), { method: 'POST' })
})
`

/** Its value is a power of ten: a tenth is as far from what was asked for as ten times. */
function slider(factor: number): string {
  const [least, most, value] = [RATE_FACTORS.least, RATE_FACTORS.most, factor].map(Math.log10)
  return `<p><label for="rate">Rate</label>
<input id="rate" type="range" min="${least}" max="${most}" step="0.01" value="${value}" aria-valuetext="${rateWords(factor)}"
 autocomplete="off"> <output id="asked" for="rate">${rateWords(factor)}</output></p>`
}

/** `factor`: of the rate that the profile asks for; null: it asks for none. */
export const livePage = (name: string, factor: number | null): string =>
  page(
    `nmgen: ${name}`,
    `<h1 id="title">${quoted(name)}</h1>
<p><button id="stop" type="button">Stop the run</button></p>
${factor === null ? '' : slider(factor)}
<div id="status" aria-live="off"></div>
<div id="rates"></div>
<div id="latency"></div>`,
    script,
  )

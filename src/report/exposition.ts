import type { Family, Sample } from '../stats/families.js'

/** Prometheus' text format 0.0.4. A family without samples is left out: nothing was measured. */
export const exposition = (families: readonly Family[]): string => families.map(familyText).join('')

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

function familyText({ name, help, type, samples }: Family): string {
  if (samples.length === 0) return ''
  const lines = samples.map(sample => sampleText(name, sample))
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function sampleText(name: string, { suffix = '', labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, of]) => `${label}="${escaped(String(of))}"`)
  return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
}

const escaped = (text: string): string =>
  text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')

import type { Expectation } from '../profile/model.js'
import { hintFor } from '../units/suggest.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { StreamPlan } from './plan.js'

/** Expectations of alternatives that are not there: `streams.flood.linx.lost`. Of streams the loader has said so. */
export function checkLabels(expect: readonly Expectation[], plans: readonly StreamPlan[]): Diagnostic[] {
  return expect.flatMap(({ metric, path }) => {
    const [, name, label] = /^streams\.([^.]+)\.([^.]+)\.[^.]+$/.exec(metric) ?? []
    const members = plans.filter(plan => plan.name === name)
    const labels = [...new Set(members.flatMap(({ member }) => member?.labels ?? []))]
    if (label === undefined || members.length === 0 || labels.includes(label)) return []
    const message = `stream ${name} has no alternative \`${label}\``
    const hint = labels.length === 0 ? 'it has none at all' : hintFor(label, labels)
    return [error(path, { code: 'unknown-alternative', message, hint })]
  })
}

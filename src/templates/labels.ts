import type { Expectation } from '../profile/model.js'
import { EVERY_GROUP, metricPath } from '../units/metric-path.js'
import { hintFor } from '../units/suggest.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Plan, StreamPlan } from './plan.js'

/**
 * Expectations of alternatives that are not there: `streams.flood.linx.lost`. Of streams the loader has said so, and those
 * of flags stand in no profile.
 */
export function checkLabels(expect: readonly Expectation[], plans: readonly StreamPlan[]): Diagnostic[] {
  return expect.flatMap(({ metric, path }) => {
    if (path.length === 0 || metric.includes('[')) return []
    const [, name, label] = /^streams\.([^.]+)\.([^.]+)\.[^.]+$/.exec(metric) ?? []
    const members = plans.filter(plan => plan.name === name)
    const labels = [...new Set(members.flatMap(({ member }) => member?.labels ?? []))]
    if (label === undefined || members.length === 0 || labels.includes(label)) return []
    const message = `stream ${name} has no alternative \`${label}\``
    const hint = labels.length === 0 ? 'it has none at all' : hintFor(label, labels)
    return [error(path, { code: 'unknown-alternative', message, hint })]
  })
}

/** The same of groups: `streams.flood[vlan.priority=9].lost`. */
export function checkGroups(
  expect: readonly Expectation[],
  plans: readonly StreamPlan[],
  shared: Plan['account'],
): Diagnostic[] {
  return expect.flatMap(({ metric, path }) => {
    const { of, stream, group } = metricPath(metric) ?? {}
    if (path.length === 0 || group === undefined || group === null) return []
    const own = plans.filter(plan => of === 'account' || plan.name === stream)
    const grouped = own.filter(
      ({ account }) => account && (of === 'stream' || account.fields.join() === shared?.join()),
    )
    if (grouped.length === 0)
      return own.length > 0 ? [noAccount(path, of === 'account' ? undefined : stream!)] : []
    const groups = [...new Set(grouped.flatMap(({ account }) => account!.groups))]
    if (group === EVERY_GROUP || groups.includes(group)) return []
    const hint = groups.length <= 8 ? `there are ${groups.join(', ')}` : hintFor(group, groups.slice(0, 1000))
    return [error(path, { code: 'unknown-group', message: `there is no group \`${group}\``, hint })]
  })
}

const noAccount = (path: Expectation['path'], stream: string | undefined): Diagnostic =>
  error(path, {
    code: 'unknown-group',
    message: stream === undefined ? 'the profile has no `account`' : `stream ${stream} has no \`account\``,
    hint: 'write `account: vlan.priority` there, or the name of another field',
  })

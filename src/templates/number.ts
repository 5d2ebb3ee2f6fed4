import type { StreamPlan } from './plan.js'
import { writeSignature } from './signature.js'

/** Numbers the plans of a profile as they stand; `after`, and some of the plans, have the number of what they came from. */
export function numbered(plans: readonly StreamPlan[]): StreamPlan[] {
  const first = new Map<number, number>()
  for (const [id, plan] of plans.entries()) if (!first.has(plan.id)) first.set(plan.id, id)
  return plans.map((plan, id) => {
    const after = plan.after.flatMap(other => first.get(other) ?? [])
    return signed(plan.id === id && after.length === 0 ? plan : { ...plan, id, after })
  })
}

/** The number stands in the signature. */
function signed(plan: StreamPlan): StreamPlan {
  const { signature, id } = plan
  if (signature !== null) for (const { bytes } of plan.templates) writeSignature(bytes, signature, id)
  return plan
}

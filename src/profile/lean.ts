/** Two short cuts through zod for what thousands of streams have; both leave every mistake to it. */
import * as z from 'zod'

/**
 * Looks at the keys that are there. zod looks for all that could be, and there are sixty headers. What is not quite as it
 * should be goes to zod as a whole, which says so.
 */
export function lean<S extends z.ZodObject>(schema: S): S {
  const { run } = schema._zod
  const { shape } = schema
  const order = new Map(Object.keys(shape).map((key, i) => [key, i]))
  const required = Object.keys(shape).filter(key => !(shape[key] instanceof z.ZodOptional))
  schema._zod.run = (payload, context) => {
    const keys = keysOf(payload.value)
    const known = keys.every(key => order.has(key)) && required.every(key => keys.includes(key))
    if (keys.length === 0 || !known) return run(payload, context)
    const found: Record<string, unknown> = {}
    for (const key of keys.sort((a, b) => order.get(a)! - order.get(b)!)) {
      const value = (payload.value as Record<string, unknown>)[key]
      const result = shape[key]._zod.run({ value, issues: [] }, context)
      if (result instanceof Promise || result.issues.length > 0) return run(payload, context)
      found[key] = result.value
    }
    payload.value = found
    return payload
  }
  return schema
}

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []

/** What is longer is rarely the same twice. */
const longest = 1000
const most = 65_536

/** Parses equal input once, and makes one object of it: what is derived from one layer holds for all that are equal. */
export function remembered<S extends z.ZodType>(schema: S): S {
  const known = new Map<string, unknown>()
  const seen = new WeakMap<object, unknown>()
  const { run } = schema._zod
  schema._zod.run = (payload, context) => {
    const { value } = payload
    const isObject = typeof value === 'object' && value !== null
    if (isObject && seen.has(value)) {
      payload.value = seen.get(value)
      return payload
    }
    const key = keyOf(value)
    if (key === undefined) return run(payload, context)
    if (known.has(key)) {
      payload.value = known.get(key)
      if (isObject) seen.set(value, payload.value)
      return payload
    }
    const result = run(payload, context)
    if (known.size >= most) known.clear()
    if (!(result instanceof Promise) && result.issues.length === 0) {
      known.set(key, result.value)
      if (isObject) seen.set(value, result.value)
    }
    return result
  }
  return schema
}

/** JSON, where it says all: a number that is none is `null` in it. What is nested too deep, or in itself, has none. */
function keyOf(value: unknown): string | undefined {
  try {
    const key = JSON.stringify(value)
    return key === undefined || key.length > longest || key.includes('null') ? undefined : key
  } catch {
    return undefined
  }
}

import { stringify } from 'yaml'

/** Plain data as YAML on one line. */
export const flowText = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()

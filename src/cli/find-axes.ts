/** One search for each combination of the profile's matrix, frame sizes, directions, and what the user varies. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Profile } from '../profile/model.js'
import type { Direction } from '../units/search.js'
import type { Wanted } from './find-flags.js'
import { applyOverrides } from './overrides.js'
import { type ReadPlan, readPlan, readPlans } from './profile.js'

export interface Combination {
  /** What it differs in. */
  settings: Readonly<Record<string, string>>
  read: ReadPlan
  /** What hooks see beside the trial. */
  env: Readonly<Record<string, string>>
}

/** All of them are read before the first is searched: a mistake in the last must not be found after hours. */
export function combinationsOf(file: string, wanted: Wanted): Combination[] {
  const directions = wanted.directions.length > 0 ? wanted.directions : [null]
  const varied = product(wanted.vary)
  return sized(file, wanted).flatMap(({ set, size }) =>
    directions.flatMap(direction => {
      const plans = readPlans(file, {
        set: [...wanted.run.set, ...set],
        override: profile => facing(applyOverrides(profile, wanted.run.overrides), direction),
      })
      return plans.flatMap(read =>
        varied.map(values => ({
          settings: {
            ...read.values,
            ...(size !== null && { frame: size }),
            ...(direction !== null && { direction }),
            ...values,
          },
          read,
          env: variables({
            ...values,
            ...(size !== null && { frame: size }),
            ...(direction !== null && { direction }),
          }),
        })),
      )
    }),
  )
}

/** `--sizes` is of the streams that the search varies. */
function sized(file: string, { sizes, fixed, run }: Wanted): { set: string[]; size: string | null }[] {
  if (sizes.length === 0) return [{ set: [], size: null }]
  const { profile } = readPlan(file, { set: run.set })
  const names = profile.streams.map(({ name }) => name).filter(name => !fixed.includes(name))
  return sizes.map(size => ({ size, set: names.map(name => `streams.${name}.frame=${size}`) }))
}

/** Forward is what the first port sends. */
function facing(profile: Profile, direction: Direction | null): Profile {
  if (direction === null || direction === 'both') return profile
  const first = profile.streams[0]!.tx
  const streams = profile.streams.filter(({ tx }) => (tx === first) === (direction === 'forward'))
  if (streams.length > 0) {
    const used = new Set(streams.flatMap(({ tx, rx }) => [tx, rx]))
    return { ...profile, streams, ports: profile.ports.filter(({ name }) => used.has(name)) }
  }
  throw new NmgenError(
    'usage',
    'no stream is sent in the reverse direction',
    Exit.usage,
    `give the profile a stream whose \`tx\` is another port than ${first}`,
  )
}

function product(axes: Wanted['vary']): Record<string, string>[] {
  return axes.reduce<Record<string, string>[]>(
    (all, { name, values }) => all.flatMap(one => values.map(value => ({ ...one, [name]: value }))),
    [{}],
  )
}

const variables = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`NMGEN_${name.toUpperCase()}`, value]))

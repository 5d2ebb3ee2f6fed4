/** Of a profile: where things stand, in its document and in the order of packets. */

/** Where in the YAML document something stands, e.g. `['streams', 0, 'layers', 1, 'ipv4', 'src']`. */
export type YamlPath = readonly (string | number)[]

/**
 * Some of the packets of a cycle: the i-th of them all is number floor(i / places.length) * cycle
 * + places[i mod places.length]. The places are below `cycle`, and rise but for those of fragments, which share the number
 * of their datagram.
 */
export interface Places {
  cycle: number
  places: readonly number[]
}

/**
 * What stands inside an alternative draws once for each packet that has this alternative, in whichever member, so that
 * `inc`, `list` and `permute` leave no value out; what stands outside draws for each packet of the stream (the places of
 * the member). Has as many places as the member.
 */
export interface Within extends Places {
  /** Names the draws, so that those of two alternatives are unrelated. */
  name: string
}

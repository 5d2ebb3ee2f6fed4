import type { FragmentFault, FragmentOrder } from './model.js'

/** What the words of a `fragment` mean. Weighted ones take their turns in this order, however a profile writes them. */
export const orders: Readonly<Record<FragmentOrder, string>> = {
  forward: 'the first fragment first',
  reverse: 'the last fragment first',
  shuffle: 'one fixed order for each number of fragments and each fault, which the seed decides',
}

export const faults: Readonly<Record<FragmentFault, string>> = {
  none: 'nothing is wrong: the datagram can be put together',
  missing_last: 'the last fragment is left out: what waits for it must time out',
  missing_first: 'the first fragment, which has the header of UDP or TCP, is left out',
  duplicate: 'the fragment that goes first on the wire goes twice',
  overlap:
    'the second fragment repeats the last 8 bytes of the first one (IPv6 must drop all of it, RFC 5722)',
  tiny_first: 'the first fragment has 8 bytes of data: of TCP, not even the flags (RFC 1858, RFC 3128)',
  oversize_end: 'the last fragment ends beyond 65,535 bytes ("ping of death")',
}

export const orderNames = Object.keys(orders) as FragmentOrder[]
export const faultNames = Object.keys(faults) as FragmentFault[]

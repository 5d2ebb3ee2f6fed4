import { formatSize } from '../units/size.js'
import type { FrameSpec, SizeSpec, SizeWeight } from './model.js'

/** A frame as a profile writes it: `64B`, `{imix: {64B: 7, 1518B: 1}}`, `{size: 64B, of: ipv4.2}`. */
export function frameDocument({ of, ...sizes }: FrameSpec): string | Record<string, unknown> {
  if (of !== undefined) return { ...sizesDocument(sizes), of }
  return sizes.kind === 'fixed' ? formatSize(sizes.frameBytes) : sizesDocument(sizes)
}

function sizesDocument(sizes: SizeSpec): Record<string, unknown> {
  switch (sizes.kind) {
    case 'fixed':
      return { size: formatSize(sizes.frameBytes) }
    case 'list':
      return { list: sizes.frameBytes.map(formatSize) }
    case 'imix':
    case 'weighted':
      return { [sizes.kind]: weightsDocument(sizes.sizes) }
    default: {
      const range = `${formatSize(sizes.low)}-${formatSize(sizes.high)}`
      return { [sizes.kind]: sizes.step === 1 ? range : { range, step: sizes.step } }
    }
  }
}

const weightsDocument = (sizes: readonly SizeWeight[]) =>
  Object.fromEntries(sizes.map(({ frameBytes, weight }) => [formatSize(frameBytes), weight]))

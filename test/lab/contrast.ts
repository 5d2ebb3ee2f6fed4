/** Relative luminance and contrast ratio of WCAG 2.2. */
export type Rgb = readonly [red: number, green: number, blue: number]

const WEIGHTS = [0.2126, 0.7152, 0.0722]

const luminance = (colour: Rgb): number =>
  colour
    .map(channel => channel / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * WEIGHTS[i]!, 0)

export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

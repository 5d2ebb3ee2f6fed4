import { histogramsOf } from './histograms.js'
import type { StoredFormat } from './stored.js'

/** HdrHistogram's percentile distribution, in microseconds, one a stream: for its plotter. */
export const hgrm: StoredFormat = {
  name: 'hgrm',
  describe: "latency percentiles for HdrHistogram's plotter",
  write: async results => {
    const histograms = await histogramsOf(results)
    return [...histograms]
      .map(
        ([stream, histogram]) =>
          `# ${stream}, microseconds\n${histogram.outputPercentileDistribution(5, 1000)}`,
      )
      .join('\n')
  },
}

import type { ComparisonReport } from './report.js'

/** Everything, every sample included: schema `nmgen.compare/1`. */
export const comparisonJson = (report: ComparisonReport): string => `${JSON.stringify(report, null, 2)}\n`

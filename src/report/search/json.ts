import type { FindReport } from './report.js'

export const searchJson = (report: FindReport): string => `${JSON.stringify(report, null, 2)}\n`

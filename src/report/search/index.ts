import { plainStyle } from '../../stats/style.js'
import { searchCsv } from './csv.js'
import { searchGithub } from './github.js'
import { searchHtml } from './html.js'
import { searchJson } from './json.js'
import { searchJunit } from './junit.js'
import { searchMarkdown } from './markdown.js'
import { searchPrometheus } from './prometheus.js'
import type { FindReport } from './report.js'
import { searchText } from './text.js'

interface SearchFormat {
  /** Of `--format`, as those of results. */
  name: string
  write(report: FindReport, at: { now: Date; host: string }): string
}

/** A search in each format that a run has; histograms are those of its trials. */
export const searchFormats: readonly SearchFormat[] = [
  { name: 'text', write: report => searchText(report, { style: plainStyle, folder: null }) },
  { name: 'json', write: searchJson },
  { name: 'markdown', write: searchMarkdown },
  { name: 'junit', write: searchJunit },
  { name: 'github', write: searchGithub },
  { name: 'csv', write: searchCsv },
  { name: 'prometheus', write: searchPrometheus },
  { name: 'html', write: searchHtml },
]

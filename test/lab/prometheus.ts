/** An independent judge of Prometheus' text format: the parser of its own Python client. */
import { execa } from 'execa'

/** Debian's: another Python in the path does not know Debian's packages. */
const python = '/usr/bin/python3'

export interface ParsedFamily {
  name: string
  type: string
  samples: [name: string, labels: Record<string, string>, value: number][]
}

export const whyNoPrometheus = async (): Promise<string | undefined> => {
  const { exitCode } = await execa(python, ['-c', 'import prometheus_client.parser'], { reject: false })
  return exitCode === 0 ? undefined : 'python3-prometheus-client is not installed'
}

// JSON knows no infinity, and no value of ours is one.
const program = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
families = [{'name': f.name, 'type': f.type, 'samples': [[s.name, s.labels, s.value] for s in f.samples]}
            for f in parse(sys.stdin.read())]
json.dump(families, sys.stdout, allow_nan=False)
`

/** Rejects where the text is not well formed. */
export async function parsePrometheus(text: string): Promise<ParsedFamily[]> {
  const { stdout } = await execa(python, ['-c', program], { input: text })
  return JSON.parse(stdout) as ParsedFamily[]
}

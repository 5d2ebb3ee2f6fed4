/** The few pieces of JUnit's XML (the schema that Jenkins' xUnit plugin uses: junit-10.xsd) that all reports share. */

const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** XML 1.0 has no way to write control characters, so they are left out. */
export const xml = (text: string): string =>
  text
    .replace(/\p{Cc}|[\ufffe\uffff]/gu, char => (/[\t\n\r]/.test(char) ? char : ''))
    .replace(/[&<>"']/g, char => NAMES[char]!)

export const element = (name: string, type: string, message: string, text: string): string =>
  `<${name} type="${type}" message="${xml(message)}">${xml(text)}</${name}>`

export const output = (text: string): string => `<system-out>${xml(text)}</system-out>`

export interface TestCase {
  /** The profile's file. */
  className: string
  name: string
  seconds: number
  /** `failure`, `error` or `skipped` with what is in it, `system-out`, or nothing. */
  inside: string
}

export interface Suite {
  name: string
  seconds: number
  now: Date
  host: string
  properties: Readonly<Record<string, string>>
  cases: readonly TestCase[]
  /** Text beside them. */
  out?: string
}

export function junitXml({ name, seconds, now, host, properties, cases, out = '' }: Suite): string {
  const count = (kind: string) => cases.filter(({ inside }) => inside.startsWith(`<${kind} `)).length
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`
  const time = `time="${seconds.toFixed(3)}"`
  const stamp = now.toISOString().replace(/\.\d+Z$/, '')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${totals} ${time}>`,
    `  <testsuite name="${name}" ${totals} skipped="${count('skipped')}" ${time} timestamp="${stamp}" hostname="${xml(host)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([of, value]) => `      <property name="${of}" value="${xml(value)}"/>`,
    ),
    '    </properties>',
    ...cases.map(caseXml),
    ...(out === '' ? [] : [`    ${output(out)}`]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const caseXml = ({ className, name, seconds, inside }: TestCase): string =>
  `    <testcase classname="${xml(className)}" name="${xml(name)}" time="${seconds.toFixed(3)}">${inside}</testcase>`

/** An independent judge of JUnit XML: libxml2, by the grammar of junit.rng. */
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { whyNoTool } from './tools.js'

const grammar = fileURLToPath(new URL('junit.rng', import.meta.url))

export const whyNoJunit = (): Promise<string | undefined> => whyNoTool('xmllint')

/** What is wrong with a document; nothing if it is valid. */
export async function junitFaults(text: string): Promise<string> {
  const args = ['--noout', '--nonet', '--relaxng', grammar, '-']
  const { exitCode, stderr } = await execa('xmllint', args, { input: text, reject: false })
  return exitCode === 0 ? '' : String(stderr)
}

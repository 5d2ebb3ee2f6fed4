import type { YamlPath } from '../profile/model.js'

/** What is wrong, or doubtful, at one place of the profile. An error means that there is no Plan. */
export interface Diagnostic {
  code: string
  message: string
  hint?: string
  path: YamlPath
  severity: 'error' | 'warning'
}

type Words = Pick<Diagnostic, 'code' | 'message' | 'hint'>

export const error = (path: YamlPath, words: Words): Diagnostic => ({ ...words, path, severity: 'error' })

export const warning = (path: YamlPath, words: Words): Diagnostic => ({ ...words, path, severity: 'warning' })

/** No name of a file or profile may end a cell, begin a tag or a link (GitHub's and GitLab's Markdown). */
export const cell = (text: string): string =>
  text.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s*\n\s*/g, ' ')

import { createHash } from 'node:crypto'
import { quoted } from './markup.js'
import { css } from './style.js'

/**
 * One file that needs nothing else: no font, no image, no address that is asked. A report has no script either; a page that
 * looks on has this one, may ask whoever served it, and runs nothing else that gets into it.
 */
export const page = (title: string, body: string, script = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${allowed(script)}">
<title>${quoted(title)}</title>
<style>${css}</style>
</head>
<body>
<main>
${body}
</main>
${script === '' ? '' : `<script>${script}</script>\n`}</body>
</html>
`

function allowed(script: string): string {
  if (script === '') return ''
  const hash = createHash('sha256').update(script).digest('base64')
  return `; script-src 'sha256-${hash}'; connect-src 'self'`
}

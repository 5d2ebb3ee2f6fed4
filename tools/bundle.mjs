/**
 * Bundles the compiled command line into dist/bundle: `nmgen run` would load 320 modules one by one, which takes longer than all
 * it does until the first packet. The modules of `tsc` stay beside it, for who imports nmgen as a library.
 */
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const outdir = 'dist/bundle'

/**
 * yargs lays out the help of each command that it calls, and measures it with a package that knows all emoji, which takes
 * ICU a twelfth of the time to the first packet. Who paints what users name keeps that package.
 */
const plainHelp = {
  name: 'plain-help',
  setup(bundling) {
    bundling.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      /node_modules\/(yargs|cliui)\//.test(importer)
        ? { path: fileURLToPath(new URL('plain-width.mjs', import.meta.url)) }
        : undefined,
    )
  },
}

rmSync(outdir, { recursive: true, force: true })
await build({
  // A worker is a program of its own, beside the chunk that starts it (src/gen/team.ts).
  entryPoints: { main: 'dist/cli/main.js', worker: 'dist/gen/worker.js' },
  outdir,
  bundle: true,
  // What a command imports in its handler is a file of its own, loaded by nobody else.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // CommonJS among the dependencies asks for Node's own modules by `require`, which a module does not have.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module'\nconst require = bundleRequire(import.meta.url)",
  },
  plugins: [plainHelp],
  logLevel: 'warning',
})

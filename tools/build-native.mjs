// Builds the addon with the node-gyp that npm puts on the PATH: `npm run build:native`, and `install` after `npm ci`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const command = process.argv[2] ?? 'build'

/** Headers that lie beside this Node are the right ones, and using them keeps node-gyp off the network. */
function headers() {
  const prefix = dirname(dirname(process.execPath))
  if (existsSync(join(prefix, 'include/node/node_api.h'))) return [`--nodedir=${prefix}`]
  console.log(`No Node headers under ${prefix}: node-gyp will look in its cache, then download them.`)
  return []
}

/** Names what is missing before node-gyp does so in 60 lines. */
function missingTools() {
  const tools = { 'g++': 'build-essential', make: 'build-essential', python3: 'python3' }
  const missing = Object.keys(tools).filter(tool => spawnSync(tool, ['--version']).error)
  return [...new Set(missing.map(tool => tools[tool]))]
}

const missing = missingTools()
if (missing.length > 0) {
  console.error(`The native core cannot be compiled here. Run: apt-get install ${missing.join(' ')}`)
  process.exit(1)
}

// `configure` runs each time: it is there that binding.gyp asks for DPDK and lists the backends.
const steps = command === 'rebuild' ? ['rebuild'] : ['configure', 'build']
for (const step of steps) {
  const { status, error } = spawnSync('node-gyp', [step, ...headers(), '--jobs=max', '--loglevel=warn'], {
    stdio: 'inherit',
  })
  if (error) console.error(`${error.message}: run this through npm (npm run build:native)`)
  if (status !== 0) process.exit(status ?? 1)
}

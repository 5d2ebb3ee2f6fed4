// Who may import whom: data flows from profile to report, and a library is known in one place only.
// test/imports.test.ts runs these rules; ARCHITECTURE.md draws them.

// What a folder of src/ may import beside itself and src/{errors,exit,log}.ts. src/cli/ may import everything.
const mayImport = {
  units: [],
  templates: ['profile/model', 'units/'],
  profile: ['units/', 'templates/header', 'templates/headers/'],
  gen: ['templates/(plan|rate|group|lanes|neighbour-frames)\\.ts$', 'profile/model', 'units/'],
  stats: [
    'gen/(snapshot|engine-api|host)',
    'profile/model',
    'templates/(plan|rate|group|rules)\\.ts$',
    'units/',
  ],
  compare: ['stats/', 'units/'],
  find: ['stats/', 'templates/(plan|rate|group)\\.ts$', 'profile/model', 'units/'],
  report: ['stats/', 'compare/', 'find/', 'profile/model', 'units/'],
  library: ['profile/', 'templates/', 'gen/', 'stats/', 'compare/', 'units/'],
  ui: ['stats/', 'units/', 'report/(exposition|verdict|html/)'],
}

// The only files that may import a library or a part of Node.
const onlyIn = {
  yargs: 'cli/',
  yaml: '(profile/|report/folder\\.ts$)',
  'node-gyp-build': 'gen/native\\.ts$',
  'log-update': 'ui/terminal\\.ts$',
  pino: 'log\\.ts$',
}
const nodeOnlyIn = {
  worker_threads: 'gen/',
  module: 'gen/native\\.ts$',
}

const tests = '\\.(test|testing)\\.ts$'
const common = '^src/(errors|exit|log)\\.ts$'

const direction = Object.entries(mayImport).map(([folder, targets]) => ({
  name: `${folder}-imports-only-${['itself', ...targets].join('-')}`.replace(/[^\w-]+/g, '_'),
  comment: `src/${folder}/ may import ${[`src/${folder}/`, ...targets].join(', ')} and src/{errors,exit,log}.ts`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: tests },
  to: { path: '^src/', pathNot: [common, ...[`${folder}/`, ...targets].map(target => `^src/${target}`)] },
}))

const libraries = Object.entries(onlyIn).map(([library, place]) => ({
  name: `${library}-in-one-place`,
  comment: `only src/${place} may import ${library}`,
  severity: 'error',
  from: { path: '^src/', pathNot: [tests, `^src/${place}`] },
  to: { path: [`^${library}(/|$)`, `(^|/)node_modules/(@types/)?${library}/`] },
}))

const node = Object.entries(nodeOnlyIn).map(([part, place]) => ({
  name: `node-${part}-in-one-place`,
  comment: `only src/${place} may import node:${part}`,
  severity: 'error',
  from: { path: '^src/', pathNot: [tests, `^src/${place}`] },
  to: { path: `^(node:)?${part}$` },
}))

module.exports = {
  forbidden: [
    ...direction,
    ...libraries,
    ...node,
    {
      name: 'pure-modules-do-no-io',
      comment: 'units, templates and profile work on what they are given',
      severity: 'error',
      from: { path: '^src/(units|templates|profile)/', pathNot: tests },
      to: { path: '^(node:)?(fs|fs/promises|net|dgram|child_process|os|process)$' },
    },
    {
      name: 'the-model-is-types',
      comment: 'downstream of the Plan, the profile is known by its types only (import type)',
      severity: 'error',
      from: { path: '^src/(gen|stats|find|report)/', pathNot: tests },
      to: { path: '^src/profile/model', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'commands-use-the-library',
      comment: 'src/cli/ reads, compiles, runs and compares by src/library/, as any program does',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: tests },
      to: {
        path: '^src/(profile/load|templates/compile|gen/engine|stats/build|compare/compare)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-import-of-tests',
      comment: 'what ships does not import tests',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: [tests, '^(test|bench)/', '^vitest', '/node_modules/vitest/'] },
    },
    {
      name: 'no-cycles',
      comment: 'two files that need each other are one file, or three',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-dead-imports',
      comment: 'an import must lead to a file or an installed package',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, combinedDependencies: true },
}

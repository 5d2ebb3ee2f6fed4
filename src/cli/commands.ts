/** All commands, in the order of `nmgen --help`. Light modules: each imports what it needs in its handler. */
import type { CommandModule } from 'yargs'
import baseline from './baseline.js'
import { bind, unbind } from './bind.js'
import capture from './capture.js'
import check from './check.js'
import compare from './compare.js'
import completion from './completion.js'
import doctor from './doctor.js'
import find from './find.js'
import ports from './ports.js'
import preview from './preview.js'
import report from './report.js'
import run from './run.js'
import schema from './schema.js'
import trend from './trend.js'

export const commands = [
  run,
  find,
  check,
  preview,
  capture,
  report,
  compare,
  baseline,
  trend,
  ports,
  doctor,
  bind,
  unbind,
  schema,
  completion,
] as CommandModule[]

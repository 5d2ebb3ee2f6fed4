/** One queue's thread: waits for its task, pins itself, makes one blocking native call, reports how it ended. */
import { parentPort } from 'node:worker_threads'
import { type NativeFailure, native, type Source } from './native.js'
import type { Page } from './page.js'

export interface WorkerTask {
  direction: 'tx' | 'rx'
  handle: number
  queue: number
  cpu: number
  plan: Uint8Array
  page: Page
  /** Of a receiver: where it is known when packets were due. */
  sources: readonly Source[]
  /** Of a receiver that keeps frames. */
  tap?: TapTask
}

export interface TapTask {
  /** Laid out as native/tx/tap.h says; shared with the reader. */
  memory: Uint8Array
  filter: string
}

export interface WorkerReport {
  failure: NativeFailure | null
}

const core = native() // while the plan is made

function work(task: WorkerTask): NativeFailure | null {
  const pinned = core.pin(task.cpu)
  if (pinned) return pinned
  const { handle, queue, plan, page, sources, tap } = task
  if (task.direction === 'tx') return core.runTx(handle, queue, plan, page)
  return core.runRx(handle, queue, plan, page, tap?.memory, tap?.filter, sources)
}

parentPort?.once('message', (task: WorkerTask) => {
  const report: WorkerReport = { failure: work(task) }
  parentPort?.postMessage(report)
})

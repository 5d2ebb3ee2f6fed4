/** One queue's thread: pins itself, makes one blocking native call, reports how it ended. */
import { parentPort, workerData } from 'node:worker_threads'
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

function work(task: WorkerTask): NativeFailure | null {
  const core = native()
  const pinned = core.pin(task.cpu)
  if (pinned) return pinned
  const { handle, queue, plan, page, sources, tap } = task
  if (task.direction === 'tx') return core.runTx(handle, queue, plan, page)
  return core.runRx(handle, queue, plan, page, tap?.memory, tap?.filter, sources)
}

const report: WorkerReport = { failure: work(workerData as WorkerTask) }
parentPort?.postMessage(report)

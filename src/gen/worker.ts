/** One queue's thread: pins itself, makes one blocking native call, reports how it ended. */
import { parentPort, workerData } from 'node:worker_threads'
import { type NativeFailure, native } from './native.js'
import type { Page } from './page.js'

export interface WorkerTask {
  direction: 'tx' | 'rx'
  handle: number
  queue: number
  cpu: number
  plan: Uint8Array
  page: Page
}

export interface WorkerReport {
  failure: NativeFailure | null
}

function work(task: WorkerTask): NativeFailure | null {
  const core = native()
  const pinned = core.pin(task.cpu)
  if (pinned) return pinned
  const run = task.direction === 'tx' ? core.runTx : core.runRx
  return run(task.handle, task.queue, task.plan, task.page)
}

const report: WorkerReport = { failure: work(workerData as WorkerTask) }
parentPort?.postMessage(report)

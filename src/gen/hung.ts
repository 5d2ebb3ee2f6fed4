/** A loop that does not end when it is told to: it is blocked in a driver or the kernel, where no word reaches it. */
import { type NativeFailure, native } from './native.js'
import type { Queue } from './queues.js'

/** Loops end within 100 ms. Counted in steps, because a process that is stopped (Ctrl-Z) stops the loops as well. */
const STEPS = 20
const STEP_MS = 100

/** Waits for what should be at once; false: it was given up. */
export function inTime(done: Promise<unknown>): Promise<boolean> {
  return new Promise(resolve => {
    const settle = (is: boolean) => {
      clearInterval(timer)
      resolve(is)
    }
    let left = STEPS
    const timer = setInterval(() => --left === 0 && settle(false), STEP_MS)
    void done.then(() => settle(true))
  })
}

/** Node waits for its threads when it exits, and this one would never let it: the process leaves without it. */
export function leaveWithout({ direction, queue, port }: Queue): NativeFailure {
  process.once('exit', code => native().leave(code))
  return {
    code: 'worker-hangs',
    message: `the worker of ${direction.toUpperCase()} queue ${queue} on ${port.name} does not end`,
    hint: "it is blocked in the device's driver or the kernel (`dmesg` may say why); what was counted is in the result",
  }
}

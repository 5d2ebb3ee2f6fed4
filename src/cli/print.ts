/** Waits until it is out: a process that exits loses what a pipe has not taken. A reader that left is not an error. */
export function print(text: string): Promise<void> {
  return new Promise(resolve => {
    process.stdout.once('error', () => resolve())
    process.stdout.write(text, () => resolve())
  })
}

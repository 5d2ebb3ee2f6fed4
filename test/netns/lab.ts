/** A lab and a folder of a test's own, both gone when it is done. */
import { inFolder } from '../cli/nmgen.js'
import { Lab, type LabOptions } from '../lab/netns.js'

export async function inLab(
  options: LabOptions,
  work: (lab: Lab, folder: string) => Promise<void>,
): Promise<void> {
  const lab = await Lab.create(options)
  try {
    await inFolder(folder => work(lab, folder))
  } finally {
    await lab.dispose()
  }
}

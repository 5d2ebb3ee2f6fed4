import { execa } from 'execa'

/** Why a test that needs these programs cannot run here: for `ctx.skip`. */
export async function whyNoTool(...tools: string[]): Promise<string | undefined> {
  for (const tool of tools) {
    const { code } = await execa(tool, ['--version'], { reject: false })
    if (code === 'ENOENT') return `\`${tool}\` is not installed (make setup)`
  }
  return undefined
}

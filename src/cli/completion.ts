import type { CommandModule } from 'yargs'

interface Scripts {
  showCompletionScript(program: string, command: string): void
}

interface CompletionArguments {
  shell: string | undefined
}

const command: CommandModule<object, CompletionArguments> = {
  command: 'completion [shell]',
  describe: 'Print what makes the shell complete commands and options',
  builder: yargs =>
    yargs
      .usage('nmgen completion [bash|zsh|fish]\n\nExamples:\n$ nmgen completion bash >> ~/.bashrc')
      .positional('shell', { choices: ['bash', 'zsh', 'fish'], describe: 'Default: that of $SHELL' }),
  handler: async ({ shell = process.env.SHELL ?? 'bash' }) => {
    const { default: yargs } = await import('yargs')
    // yargs looks here which of its scripts to print.
    process.env.SHELL = shell
    let script = ''
    const print = console.log
    console.log = (text: string) => {
      script = text
    }
    try {
      // Its types know of no arguments.
      const parser = yargs([]).scriptName('nmgen') as unknown as Scripts
      parser.showCompletionScript('nmgen', 'completion')
    } finally {
      console.log = print
    }
    // Profiles are files, which yargs' script for fish leaves out (-f).
    process.stdout.write(`${script.replace('complete -f -c', 'complete -c')}\n`)
  },
}

export default command

import type { CommandModule } from 'yargs'

interface BindArguments {
  device: string
  driver: string | undefined
}

export const bind: CommandModule<object, BindArguments> = {
  command: 'bind <device>',
  describe: 'Give a NIC to a DPDK driver, by dpdk-devbind.py',
  builder: yargs =>
    yargs
      .positional('device', { type: 'string', demandOption: true, describe: 'eth3 or 0000:03:00.0' })
      .option('driver', { type: 'string', requiresArg: true, describe: 'Default: vfio-pci' }),
  handler: async ({ device, driver }) => {
    const { give } = await import('./bind-command.js')
    await give(device, driver)
  },
}

export const unbind: CommandModule<object, BindArguments> = {
  command: 'unbind <device>',
  describe: 'Give a NIC back to the driver of the kernel that it had',
  builder: yargs =>
    yargs
      .positional('device', { type: 'string', demandOption: true, describe: '0000:03:00.0' })
      .option('driver', { type: 'string', requiresArg: true, describe: 'Default: the one before `bind`' }),
  handler: async ({ device, driver }) => {
    const { takeBack } = await import('./bind-command.js')
    await takeBack(device, driver)
  },
}

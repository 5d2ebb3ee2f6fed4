/** Exit codes of the command line. They are a contract: a CI job tells by them who is to blame. */
export const Exit = {
  pass: 0,
  /** A bug in nmgen itself. */
  bug: 1,
  usage: 2,
  profile: 3,
  /** No device, no permission, no hugepages: nothing was sent. */
  environment: 4,
  /** The run broke while it was under way: device lost, worker died. */
  broken: 5,
  threshold: 10,
  /** The generator itself missed what was asked, or results cannot be compared. */
  invalid: 11,
  inconclusive: 12,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof Exit)[keyof typeof Exit]

import { UsageError } from '@tockwork/kernel'
import { LocalError } from '../output/failure.ts'

/** Runs something of the hub; what its user can mend is said in the command's own words and exit codes. */
export async function hubTrouble<T>(work: () => Promise<T>): Promise<T> {
  const { ConfigError, DatabaseError } = await import('@tockwork/hub')
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConfigError)
      throw new UsageError(error.messages.join('\n'), {
        field: error.messages[0]?.split(' ')[0] ?? 'TOCKWORK_',
      })
    if (error instanceof DatabaseError)
      throw new LocalError(error.message, { code: 'database', cause: error })
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new LocalError('The port of the hub is taken by another program.', {
        code: 'port_taken',
        action: 'Choose another one with TOCKWORK_HUB_PORT, or 0 for any free port.',
        cause: error,
      })
    throw error
  }
}

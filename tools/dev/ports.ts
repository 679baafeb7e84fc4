import { createServer } from 'node:net';

/** A port that must be free, for whom, and what to do when it is not. */
export interface NeededPort {
  readonly port: number;
  readonly user: string;
  readonly remedy: string;
}

/** The needed ports of 127.0.0.1 that somebody else listens on. */
export async function takenPorts(needed: readonly NeededPort[]): Promise<NeededPort[]> {
  const free = await Promise.all(needed.map(({ port }) => isFree(port)));
  return needed.filter((_, index) => !free[index]);
}

/** Anything but "in use" is left to the program itself: it knows better what to say. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

import { createServer } from 'node:net';

/** A port that must be free, for whom, and what to do when it is not. */
export interface NeededPort {
  readonly port: number;
  readonly user: string;
  readonly remedy: string;
}

/** A TCP port from the command line; undefined when it is none. */
export function parsePort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
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

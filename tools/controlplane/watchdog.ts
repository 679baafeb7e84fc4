import { spawn } from 'node:child_process';

/**
 * Ends processes and removes a folder when this process is gone, however it went (also by SIGKILL): a shell outside of
 * our process group reads our list of pids from a pipe, and acts when the pipe closes.
 *
 *   test process --"add 4711"--> pipe --> sh      pipe closed: kill -9 4711; rm -rf folder
 */
export interface Watchdog {
  add(pid: number): void;
  /** This pid has ended: never touch it again, the number may belong to somebody else soon. */
  ended(pid: number): void;
  /** Acts now and waits until it is done. */
  stop(): Promise<void>;
}

const script = `
pids=
while read -r op pid; do
  case $op in
    add) pids="$pids $pid" ;;
    ended) rest=; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids=$rest ;;
  esac
done
for p in $pids; do kill -9 "$p" 2>/dev/null; done
rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
`;

export function startWatchdog(folder: string): Watchdog {
  const shell = spawn('sh', ['-c', script, 'watchdog', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  shell.unref();
  const { stdin } = shell;
  stdin.on('error', () => undefined); // the shell was killed: nothing is left to tell it
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return {
    add: (pid) => stdin.write(`add ${pid}\n`),
    ended: (pid) => stdin.write(`ended ${pid}\n`),
    stop: async () => {
      shell.ref();
      stdin.end();
      await exited;
    },
  };
}

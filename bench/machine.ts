import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** Where figures come from, in one line. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${model}), ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

/** Memory and processor time of one running process, as the kernel counts them. */
export interface ProcessUse {
  readonly rssMiB: number;
  /** Largest {@link rssMiB} of its life. */
  readonly peakRssMiB: number;
  /** User and system time of its life. */
  readonly cpuSeconds: number;
}

/** The kernel reports processor time in hundredths of a second on every platform that Node runs on. */
const ticksPerSecond = 100;

/** Reads /proc; rejects when there is no such process. */
export async function useOf(pid: number): Promise<ProcessUse> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  // The name in parentheses may hold spaces; user and system time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMiB: mebibytes(status, 'VmRSS'),
    peakRssMiB: mebibytes(status, 'VmHWM'),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}

function mebibytes(status: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return Number(kibibytes ?? Number.NaN) / 1024;
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '#tools/controlplane/free-port.ts';
import { ManagedProcess } from '#tools/controlplane/managed-process.ts';
import { startWatchdog } from '#tools/controlplane/watchdog.ts';
import { programPath } from '#tools/testing/programs.ts';

export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** An alert that is pending or firing. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface Scraped {
  /** Path of a rules file. */
  readonly rules: string;
  /** Ports of 127.0.0.1, by scrape job. */
  readonly jobs: Readonly<Record<string, readonly number[]>>;
}

/** A Prometheus that scrapes and evaluates every second. */
export async function aPrometheus({ rules, jobs }: Scraped) {
  return await startPrometheus({
    rule_files: [rules],
    scrape_configs: Object.entries(jobs).map(([name, ports]) => {
      return { job_name: name, static_configs: [{ targets: ports.map((target) => `127.0.0.1:${target}`) }] };
    }),
  });
}

/** The same with a configuration of its own, but for how often. */
export async function startPrometheus(settings: object) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const watchdog = startWatchdog(folder);
  const config = { ...settings, global: { scrape_interval: '1s', evaluation_interval: '1s' } };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const server = new ManagedProcess({
    name: 'prometheus',
    command: programPath('prometheus'),
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    logFile: join(folder, 'log'),
    watchdog,
    ready: async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true,
  });
  await server.start();
  const get = async (path: string): Promise<{ data: unknown }> =>
    (await fetch(`${url}/api/v1/${path}`)).json() as Promise<{ data: unknown }>;
  const query = async (expression: string): Promise<readonly PrometheusSample[]> => {
    const { data } = await get(`query?query=${encodeURIComponent(expression)}`);
    return (data as { result: PrometheusSample[] }).result;
  };
  const alerts = async (name: string): Promise<readonly Alert[]> => {
    const { data } = await get('alerts');
    return (data as { alerts: Alert[] }).alerts.filter(({ labels }) => labels['alertname'] === name);
  };
  const dispose = async (): Promise<void> => {
    await server.terminate();
    await watchdog.stop();
  };
  return { url, get, query, alerts, [Symbol.asyncDispose]: dispose };
}

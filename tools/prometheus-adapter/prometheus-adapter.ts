import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { type AggregatedServer, serverNameOf } from '../cluster/aggregated-server.ts';
import { createAuthority } from '../controlplane/certificates.ts';
import { answersOk } from '../controlplane/control-plane.ts';
import { freePorts } from '../controlplane/free-port.ts';
import { ManagedProcess } from '../controlplane/managed-process.ts';
import { startWatchdog } from '../controlplane/watchdog.ts';
import { goProgram } from '../testing/programs.ts';

export interface AdapterOptions {
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly prometheusUrl: string;
  /** What it makes of which series, as in its own configuration. */
  readonly rules: readonly object[];
  /** Of this machine, as the API server reaches it. */
  readonly address: string;
}

export interface PrometheusAdapter extends AsyncDisposable {
  readonly server: AggregatedServer;
}

const name = 'prometheus-adapter';

/** Serves what a Prometheus has measured as `custom.metrics.k8s.io`, once {@link AggregatedServer} is made known. */
export async function startPrometheusAdapter(options: AdapterOptions): Promise<PrometheusAdapter> {
  const { kubeconfig, prometheusUrl, rules, address } = options;
  const [port = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const watchdog = startWatchdog(folder);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, JSON.stringify({ rules }));
  const { caFile, server } = await createAuthority(folder);
  const { certFile, keyFile } = await server(name, [serverNameOf(name)], []);
  const agent = new Agent({ connect: { rejectUnauthorized: false } }); // this is about whether it answers at all
  const adapter = new ManagedProcess({
    name,
    command: goProgram(new URL('./', import.meta.url), name),
    args: [
      ...[`--lister-kubeconfig=${kubeconfig}`, `--authentication-kubeconfig=${kubeconfig}`],
      ...[`--authorization-kubeconfig=${kubeconfig}`, `--prometheus-url=${prometheusUrl}`, `--config=${config}`],
      ...[`--bind-address=${address}`, `--secure-port=${port}`],
      ...[`--tls-cert-file=${certFile}`, `--tls-private-key-file=${keyFile}`],
      '--metrics-relist-interval=2s',
    ],
    logFile: join(folder, 'log'),
    watchdog,
    ready: () => answersOk(`https://${address}:${port}/readyz`, agent),
  });
  await adapter.start();
  return {
    server: { name, group: 'custom.metrics.k8s.io', versions: ['v1beta1'], address, port, caFile },
    [Symbol.asyncDispose]: async () => {
      await adapter.terminate();
      await watchdog.stop();
      await agent.destroy();
    },
  };
}

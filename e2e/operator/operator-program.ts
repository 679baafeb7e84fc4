import { fileURLToPath } from 'node:url';
import { Program, readPage } from './program.ts';
import { until } from './waiting.ts';

const file = fileURLToPath(new URL('../../operator/main.ts', import.meta.url));

/** Leases short enough that a test need not wait for the production ones. */
const shortLease = ['--lease-duration=4s', '--renew-deadline=3s', '--retry-period=500ms'];

/** One operator process with the rights that are shipped for it. */
export class OperatorProgram extends Program {
  constructor(kubeconfig: string, flags: readonly string[] = shortLease) {
    const args = [`--kubeconfig=${kubeconfig}`, '--namespace=simpul-system', '--http-port=0', ...flags];
    super('operator', file, args, {});
  }

  async port(): Promise<number> {
    return await this.said('its port', (line) => (typeof line['port'] === 'number' ? line['port'] : undefined));
  }

  async page(path: string): Promise<{ status: number; text: string } | undefined> {
    return await readPage(await this.port(), path);
  }

  /** Sum of a metric over all its labels that contain `labels`. */
  async metric(name: string, labels = ''): Promise<number> {
    const { text = '' } = (await this.page('/metrics')) ?? {};
    const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  async untilReady(): Promise<this> {
    const seen = (): string => this.output.slice(-2000);
    await until('the operator is ready', async () => (await this.page('/readyz'))?.status === 200, { seen });
    return this;
  }

  async isLeading(): Promise<boolean> {
    return (await this.metric('simpul_operator_leader')) === 1;
  }

  /** Resolves once it leads and has looked at everything. */
  async untilWorking(): Promise<this> {
    await this.said('that its first pass is complete', ({ msg }) =>
      msg === 'the first pass is complete' ? msg : undefined,
    );
    return this;
  }
}

import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { Program, readPage } from './program.ts';
import { until } from './waiting.ts';

const file = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));

export interface GatewayPlace {
  /** Reaches the API server as ServiceAccount simpul-gateway of `namespace`. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Name of the pod: of its Lease. */
  readonly pod: string;
  /** Processes that serve calls. */
  readonly workers: number;
  /** Instead of free ones. */
  readonly ports?: GatewayPorts;
}

export interface GatewayPorts {
  readonly port: number;
  readonly adminPort: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface CallOptions {
  readonly key?: string;
  readonly host?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One gateway process with the rights that are shipped for it, on free ports of 127.0.0.1. */
export class GatewayProgram extends Program {
  readonly pod: string;
  readonly #agent = new Agent({ connections: 16 });

  constructor({ kubeconfig, namespace, pod, workers, ports = { port: 0, adminPort: 0 } }: GatewayPlace) {
    super(`gateway ${pod}`, file, [], {
      KUBECONFIG: kubeconfig,
      SIMPUL_NAMESPACE: namespace,
      POD_NAME: pod,
      SIMPUL_HOST: '127.0.0.1',
      SIMPUL_ADMIN_HOST: '127.0.0.1',
      SIMPUL_ADMIN_PORT: String(ports.adminPort),
      SIMPUL_LISTENERS: `http=127.0.0.1:${ports.port}`,
      SIMPUL_DRAIN_TIMEOUT_MS: '2000',
      SIMPUL_WORKERS: String(workers),
    });
    this.pod = pod;
    void this.ended.then(() => this.#agent.destroy());
  }

  async port(): Promise<number> {
    return await this.said('where it listens', (line) => {
      return line.msg === 'listening' && typeof line['port'] === 'number' ? line['port'] : undefined;
    });
  }

  async adminPage(path: string): Promise<{ status: number; text: string } | undefined> {
    const port = await this.said('its admin port', (line) => {
      const address = line['admin'] as { readonly port?: number } | undefined;
      return address?.port;
    });
    return await readPage(port, path);
  }

  async untilReady(): Promise<this> {
    const seen = (): string => this.output.slice(-2000);
    await until(`${this.name} is ready`, async () => (await this.adminPage('/readyz'))?.status === 200, { seen });
    return this;
  }

  async call(path: string, { key, host = 'gw.test', method = 'GET', ...rest }: CallOptions = {}): Promise<Reply> {
    const response = await request(`http://127.0.0.1:${await this.port()}${path}`, {
      ...{ method: method as 'GET', dispatcher: this.#agent },
      headers: { host, ...(key === undefined ? {} : { 'x-api-key': key }), ...rest.headers },
      body: rest.body ?? null,
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  }

  /** Repeats a call until it is answered with `status`. */
  async untilStatus(status: number, path: string, options: CallOptions = {}): Promise<Reply> {
    let last: Reply | undefined;
    const look = async (): Promise<Reply | false> => {
      last = await this.call(path, options);
      return last.status === status && last;
    };
    return await until(`${this.name} answers ${status} on ${path}`, look, { seen: () => last });
  }
}

import { describeError } from '#api/errors.ts';
import type { Transport } from '#kube/transport.ts';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import { openTransport } from '../source/open-transport.ts';
import type { SourceFlags } from '../source/options.ts';

export interface Listed {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

interface Page {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly items?: readonly Listed[];
  readonly metadata?: { readonly continue?: string };
}

/** Something cannot be read; the dump goes on without it. */
export class Unreadable extends CliError {
  constructor(path: string, why: string) {
    super('CLI_SOURCE', `${path}: ${why}`);
  }
}

/** The API server, as plain paths, with the rights of whoever asks. */
export class Cluster {
  readonly server: string;
  readonly #transport: Transport;

  private constructor(transport: Transport, server: string) {
    this.#transport = transport;
    this.server = server;
  }

  static async open(flags: SourceFlags, config: CliConfig): Promise<Cluster> {
    const { transport, connection } = await openTransport(flags, config);
    return new Cluster(transport, connection.server);
  }

  /** The body of an answer. Throws {@link Unreadable}. */
  async text(path: string): Promise<string> {
    const answer = await this.#transport.call({ method: 'GET', path, accept: '*/*' }).catch((error: unknown) => {
      throw new Unreadable(path, describeError(error));
    });
    if (answer.status !== 200) throw new Unreadable(path, `${answer.status} ${reasonIn(answer.body)}`);
    return answer.body.toString('utf8');
  }

  /** Objects of a collection, page by page, at most `most`. */
  async list(path: string, most: number): Promise<{ readonly items: Listed[]; readonly isWhole: boolean }> {
    const items: Listed[] = [];
    let next = '';
    do {
      const from = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const text = await this.text(`${path}${path.includes('?') ? '&' : '?'}limit=500${from}`);
      const page = JSON.parse(text) as Page;
      // Items of a list do not say what they are.
      const { apiVersion, kind = '' } = page;
      items.push(...(page.items ?? []).map((item) => ({ apiVersion, kind: kind.replace(/List$/, ''), ...item })));
      next = page.metadata?.continue ?? '';
    } while (next !== '' && items.length < most);
    return { items: items.slice(0, most), isWhole: next === '' && items.length <= most };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

function reasonIn(body: Buffer): string {
  try {
    const { reason } = JSON.parse(body.toString('utf8')) as { reason?: unknown };
    return typeof reason === 'string' ? reason : '';
  } catch {
    return '';
  }
}

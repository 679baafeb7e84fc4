import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import type { Compiled } from '#api/compiled/contract.ts';
import { buildCompiledSecret, type CompiledSecret } from '#api/compiled/secret.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.ts';
import type { Log } from '../log/log.ts';
import type { CompiledHandler } from '../snapshot/store-source.ts';
import { aGateway } from './compiled.ts';

const namespace = 'simpul-gw-public';

/** A source that tests fill by hand: it speaks to the gateway as a reflector would. */
export class ManualSource {
  #handler: CompiledHandler | undefined;
  #version = 100;
  #epoch = 0;
  relists = 0;

  readonly start = (handler: CompiledHandler) => {
    this.#handler = handler;
    return {
      relist: () => {
        this.relists++;
      },
    };
  };

  secretOf(compiled: Compiled): CompiledSecret {
    this.#version++;
    const secret = buildCompiledSecret(compiled, namespace);
    return { ...secret, metadata: { ...secret.metadata, resourceVersion: String(this.#version) } };
  }

  /** Versions count on from here, as after etcd was restored. */
  goBackTo(version: number): void {
    this.#version = version;
  }

  async list(objects: readonly Compiled[]): Promise<void> {
    await this.listSecrets(objects, []);
  }

  /** A complete list of `objects`, which are new, and `secrets` as they are. */
  async listSecrets(objects: readonly Compiled[], secrets: readonly CompiledSecret[]): Promise<void> {
    this.#epoch++;
    const handler = this.#handler;
    const all = [...objects.map((compiled) => this.secretOf(compiled)), ...secrets];
    const items = all.flatMap((secret) => handler?.project(secret) ?? []);
    await handler?.replace(items, String(this.#version), this.#epoch);
  }

  put(compiled: Compiled): void {
    this.putSecret(this.secretOf(compiled));
  }

  putSecret(secret: CompiledSecret): void {
    const handler = this.#handler;
    handler?.upsert(handler.project(secret));
  }

  remove(compiled: Compiled): void {
    const handler = this.#handler;
    handler?.remove(handler.project(this.secretOf(compiled)));
  }
}

export const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface TestGateway {
  readonly gateway: Gateway;
  readonly source: ManualSource;
  readonly port: number;
  /** Access-log lines, parsed. */
  readonly calls: Record<string, unknown>[];
  /** Waits until so many calls are logged: a line is written when a call has ended, a moment after its answer. */
  logged(count: number): Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A gateway on a free port of 127.0.0.1 that serves `objects`; a compiled gateway is added when there is none. */
export async function aRunningGateway(
  objects: readonly Compiled[],
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const source = new ManualSource();
  const calls: Record<string, unknown>[] = [];
  const gateway = await startGateway({
    source: source.start,
    log: quietLog,
    listeners: [{ name: 'http', host: '127.0.0.1', port: 0 }],
    accessLog: (line) => calls.push(JSON.parse(line) as Record<string, unknown>),
    drainTimeoutMs: 2000,
    ...options,
  });
  const all = objects.some(({ kind }) => kind === 'ApiGateway') ? objects : [aGateway(), ...objects];
  await source.list(all);
  await gateway.ready;
  const port = gateway.addresses()[0]?.port ?? 0;
  const logged = (count: number) => until(() => calls.length >= count);
  return { gateway, source, port, calls, logged, [Symbol.asyncDispose]: () => gateway.shutdown(AbortSignal.abort()) };
}

/** Waits for a condition, at most 20 s: a machine may be busy with more than this. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) assert.fail(`not within 20 s: ${condition}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One call on a connection of its own. */
export function call(
  port: number,
  path: string,
  options: RequestOptions & { readonly body?: string | Buffer } = {},
): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const request = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** `code` of the problem document of a refusal. */
export function codeOf(answer: TestAnswer): unknown {
  return (JSON.parse(answer.text) as { code?: unknown }).code;
}

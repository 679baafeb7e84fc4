import type { CompiledSecret } from '#api/compiled/secret.ts';
import type { CompiledHandler } from '../snapshot/store-source.ts';
import type { ConfigMessage } from './messages.ts';

/** Objects in one message: enough to be quick, few enough for others to get their turn. */
const secretsPerMessage = 500;

/** Takes the configuration from one watch and hands it to every worker, also to those that come later. */
export class ConfigRelay implements CompiledHandler<CompiledSecret> {
  /** Complete lists so far. */
  epoch = 0;
  #version = '';
  #secrets = new Map<string, CompiledSecret>();
  readonly #takers = new Set<(message: ConfigMessage) => void>();

  /** From now on `take` hears everything, beginning with what is there. */
  add(take: (message: ConfigMessage) => void): void {
    this.#takers.add(take);
    if (this.epoch > 0) this.#list([take]);
  }

  /** `take` hears nothing more. */
  drop(take: (message: ConfigMessage) => void): void {
    this.#takers.delete(take);
  }

  /** Without what nobody here reads, such as managed fields. */
  project({ apiVersion, kind, type, data, metadata }: CompiledSecret): CompiledSecret {
    const { name, namespace, resourceVersion, annotations } = metadata;
    return {
      apiVersion,
      kind,
      type,
      data,
      metadata: { name, namespace, resourceVersion, annotations },
    } as CompiledSecret;
  }

  replace(secrets: readonly CompiledSecret[], version: string): void {
    this.epoch++;
    this.#version = version;
    this.#secrets = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
    this.#list([...this.#takers]);
  }

  upsert(secret: CompiledSecret): void {
    this.#secrets.set(secret.metadata.name, secret);
    this.#change('upsert', secret);
  }

  remove(secret: CompiledSecret): void {
    this.#secrets.delete(secret.metadata.name);
    this.#change('remove', secret);
  }

  progress(version: string): void {
    this.#version = version;
    this.#tell({ type: 'progress', version });
  }

  #change(type: 'upsert' | 'remove', secret: CompiledSecret): void {
    this.#version = secret.metadata.resourceVersion ?? this.#version;
    this.#tell({ type, secret });
  }

  #tell(message: ConfigMessage): void {
    for (const take of this.#takers) take(message);
  }

  #list(takers: readonly ((message: ConfigMessage) => void)[]): void {
    const secrets = [...this.#secrets.values()];
    for (let i = 0; i === 0 || i < secrets.length; i += secretsPerMessage) {
      const part = secrets.slice(i, i + secretsPerMessage);
      for (const take of takers) take({ type: 'list', secrets: part, isFirst: i === 0 });
    }
    for (const take of takers) take({ type: 'listed', version: this.#version, epoch: this.epoch });
  }
}

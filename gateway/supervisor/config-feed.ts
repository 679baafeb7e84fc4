import type { JudgedSecret } from '../snapshot/loader.ts';
import type { CompiledHandler, CompiledSource } from '../snapshot/store-source.ts';
import type { ConfigMessage } from './messages.ts';

/** A worker's source of configuration: what the supervisor's {@link ConfigRelay} sends, one after the other. */
export class ConfigFeed {
  /** Of the supervisor's last complete list that is loaded here; 0: none. */
  epoch = 0;
  readonly #askForList: () => void;
  #handler: CompiledHandler | null = null;
  #items: JudgedSecret[] = [];
  #work: Promise<void> = Promise.resolve();

  /** `askForList` asks the supervisor to list anew. */
  constructor(askForList: () => void) {
    this.#askForList = askForList;
  }

  /** `onStart` is called once there is somebody who takes the configuration. */
  source(onStart: () => void): CompiledSource {
    return (handler) => {
      this.#handler = handler;
      onStart();
      return { relist: this.#askForList };
    };
  }

  take(message: ConfigMessage): void {
    this.#work = this.#work.then(() => this.#apply(message));
  }

  #apply(message: ConfigMessage): void | Promise<void> {
    const handler = this.#handler;
    if (handler === null) return undefined;
    switch (message.type) {
      case 'list':
        if (message.isFirst) this.#items = [];
        for (const secret of message.secrets) this.#items.push(handler.project(secret));
        return undefined;
      case 'listed':
        return this.#replace(handler, message.version, message.epoch);
      case 'upsert':
      case 'remove':
        return handler[message.type](handler.project(message.secret));
      case 'progress':
        return handler.progress?.(message.version);
    }
  }

  async #replace(handler: CompiledHandler, version: string, epoch: number): Promise<void> {
    const items = this.#items;
    this.#items = [];
    await handler.replace(items, version, epoch);
    this.epoch = epoch;
  }
}

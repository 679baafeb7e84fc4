import { type LookupAddress, lookup } from 'node:dns';

export type OnLookup = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

/** Finds all addresses of a name; `dns.lookup` but for tests. */
export type FindAddresses = (hostname: string, done: OnLookup) => void;

const findAddresses: FindAddresses = (hostname, done) => {
  lookup(hostname, { all: true }, (error, addresses) => done(error, addresses));
};

/**
 * One question under way for each name, however many want the answer. Questions are answered by a few threads that all
 * names share, so a zone that hangs must not fill them with the same question.
 */
export class SharedLookup {
  readonly #find: FindAddresses;
  readonly #asking = new Map<string, OnLookup[]>();

  constructor(find: FindAddresses = findAddresses) {
    this.#find = find;
  }

  readonly find: FindAddresses = (hostname, done) => {
    const waiting = this.#asking.get(hostname);
    if (waiting !== undefined) {
      waiting.push(done);
      return;
    }
    this.#asking.set(hostname, [done]);
    this.#find(hostname, (error, addresses) => {
      const answered = this.#asking.get(hostname) ?? [];
      this.#asking.delete(hostname);
      for (const each of answered) each(error, addresses);
    });
  };
}

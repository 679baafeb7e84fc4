import { Resolver } from 'node:dns';

/** Tells how many milliseconds `addresses` of the name hold, or nothing where nobody can say. */
export type FindTtl = (hostname: string, addresses: ReadonlySet<string>, done: (ttlMs: number) => void) => void;

interface Records {
  readonly ttl: number;
  readonly address: string;
}

/**
 * Asks DNS itself, because getaddrinfo tells no TTL. Its answer is only believed where it has all of the addresses: a
 * hosts file or a search domain may have led the machine to others.
 */
export function buildFindTtl(resolver: Resolver): FindTtl {
  return (hostname, addresses, done) => {
    const known = new Map<string, number>();
    let pending = 2;
    const onRecords = (_error: Error | null, records: readonly Records[] | undefined) => {
      for (const { address, ttl } of records ?? []) known.set(address, ttl);
      pending--;
      if (pending > 0) return;
      const ttls = [...addresses].map((address) => known.get(address) ?? -1);
      const shortest = Math.min(...ttls);
      if (shortest >= 0) done(shortest * 1000);
    };
    resolver.resolve4(hostname, { ttl: true }, onRecords);
    resolver.resolve6(hostname, { ttl: true }, onRecords);
  };
}

/** By the servers that the machine asks. */
export const findTtl: FindTtl = buildFindTtl(new Resolver({ timeout: 2000, tries: 2 }));

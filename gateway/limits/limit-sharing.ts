import { createHmac, randomUUID } from 'node:crypto';
import type { CompiledRedis } from '#api/compiled/contract.ts';
import type { LimitCounting } from '#api/compiled/lease.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log/log.ts';
import type { UsageKeeper } from '../usage/usage-keeper.ts';
import type { CounterPool } from './counters.ts';
import { LimitStore } from './limit-store.ts';
import { RedisConnection, type RedisFacts } from './redis-connection.ts';
import { SlotStore } from './slot-store.ts';

/** Where this pod counts. */
export interface SharingState {
  /** `Local`: no Redis is configured. `Down`: one is, and the pod allows its share until it answers. */
  readonly mode: 'Local' | 'Redis' | 'Down';
  /** Counters outlive a restart of Redis. */
  readonly isDurable: boolean;
  /** Why it is down; may name the address, never a secret. */
  readonly reason: string;
}

export interface LimitSharingDeps {
  readonly pool: CounterPool;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this process; unique among those that share. */
  readonly pod?: string;
  readonly onChange: () => void;
  /** Is told which connection there is, and before it ends. */
  readonly usage?: Pick<UsageKeeper, 'use' | 'leave'>;
}

interface Configuration {
  readonly id: string;
  readonly pepper: Buffer;
  readonly redis: CompiledRedis | null;
}

const local: SharingState = { mode: 'Local', isDurable: false, reason: '' };

/** Follows what the ApiGateway says about Redis, and makes the pool of counters use it. */
export class LimitSharing {
  state: SharingState = local;
  readonly #deps: LimitSharingDeps;
  #using = '';
  #connection: RedisConnection | null = null;
  #facts: RedisFacts = { isDurable: false, refusal: '' };

  constructor(deps: LimitSharingDeps) {
    this.#deps = deps;
  }

  /** Called with every configuration; one that says the same changes nothing. */
  use(configuration: Configuration): void {
    const { id, pepper, redis } = configuration;
    const said = redis === null ? '' : JSON.stringify([id, pepper.toString('base64'), redis]);
    if (said === this.#using) return;
    this.#using = said;
    const { pool } = this.#deps;
    const before = this.#detach();
    if (redis !== null) pool.store = this.#open(configuration, redis);
    void before();
    this.#setState(redis === null ? local : { mode: 'Down', isDurable: false, reason: 'not connected yet' });
  }

  /** What the pod's Lease says. */
  counting(): { readonly counting: LimitCounting; readonly reason: string } {
    const { mode, isDurable, reason } = this.state;
    return { counting: mode === 'Redis' && !isDurable ? 'VolatileRedis' : mode, reason };
  }

  /** Gives back what is leased. */
  async close(): Promise<void> {
    await this.#detach()();
  }

  /** From here on this process counts for itself. Gives what closes the stores that were used. */
  #detach(): () => Promise<void> {
    const { pool } = this.#deps;
    const { store, slotStore } = pool;
    const connection = this.#connection;
    this.#connection = null;
    pool.store = null;
    pool.slotStore = null;
    return async () => {
      if (connection !== null) await this.#deps.usage?.leave(connection);
      await slotStore?.close();
      await store?.close();
    };
  }

  #open({ pepper }: Configuration, redis: CompiledRedis): LimitStore {
    const { pool, clock, log, pod } = this.#deps;
    pool.nameOf = (identity) => createHmac('sha256', pepper).update(identity).digest('base64url').slice(0, 24);
    const connection = new RedisConnection(redis, {
      onConnected: (facts) => this.#onConnected(store, facts),
      onLost: (reason) => store.lost(reason),
    });
    this.#connection = connection;
    const shared = {
      clock,
      runner: connection,
      keyPrefix: redis.keyPrefix,
      pod: `${pod ?? 'gateway'}-${randomUUID()}`,
      timeoutMs: redis.timeoutMs,
    };
    const store: LimitStore = new LimitStore({
      ...shared,
      log,
      expectedPods: redis.pods,
      calendar: () => pool.calendar,
      counters: () => pool.shared(),
      onHealth: ({ up, reason }) => {
        if (pool.store !== store) return;
        this.#setState({ mode: up ? 'Redis' : 'Down', isDurable: up && this.#facts.isDurable, reason });
      },
    });
    store.start();
    pool.slotStore = new SlotStore({ ...shared, store });
    pool.slotStore.start();
    this.#deps.usage?.use({ runner: connection, keyPrefix: redis.keyPrefix });
    return store;
  }

  #onConnected(store: LimitStore, facts: RedisFacts): void {
    this.#facts = facts;
    if (facts.refusal !== '') store.refuse(facts.refusal);
    else store.connected();
  }

  #setState(state: SharingState): void {
    this.state = state;
    this.#deps.onChange();
  }
}

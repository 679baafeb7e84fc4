import type { Distribution } from '../statistics.ts';

/** How many objects came to be how fast. */
export interface Growth {
  readonly created: number;
  readonly createSeconds: number;
  /** From the last create until every object was Ready. */
  readonly readyAfterSeconds: number;
  /** Status writes that the API server took per object, by kind. */
  readonly statusWritesPerObject: { readonly ApiService: number; readonly Subscription: number };
  /** Processor seconds of the operator per 1,000 objects. */
  readonly operatorCpuPerThousand: number;
}

/** From the moment before a change is sent until a call shows it, in milliseconds. */
export interface Latencies {
  /** A bare Secret of a compiled object's size: apply to its watch event. */
  readonly bare: Distribution;
  /** A new ApiService: apply to the first 200. */
  readonly added: Distribution;
  /** A changed ApiService: apply to the first answer from the new backend. */
  readonly edited: Distribution;
  /** A deleted Subscription: delete to the first refusal. */
  readonly revoked: Distribution;
  /** A changed ApiService: apply to Ready of that generation. */
  readonly ready: Distribution;
  /** The larger p99 of added and edited beside that of bare. */
  readonly ratio: number;
  readonly statusWritesPerChange: number;
  /** Calls of a live route while it was edited, and how many did not get a 200. */
  readonly livePolls: number;
  readonly liveErrors: number;
  /** Answers of routes that were not there yet other than 404. */
  readonly addedErrors: number;
}

export interface Starts {
  readonly operatorReadyMs: number;
  /** Until everything was looked at once. */
  readonly operatorFirstPassMs: number;
  /** What that cost in writes of an unchanged world, Leases apart. */
  readonly operatorWrites: number;
  readonly gatewayReadyMs: number;
}

/** MiB. */
export interface Memory {
  /** Largest while the population grew and changes were measured. */
  readonly operatorPeak: number;
  /** Largest of a process that started at this size. */
  readonly operatorRestartedPeak: number;
  readonly operatorSteady: number;
  /** Of {@link operatorSteady}: what the objects of the program take, the rest is room that V8 keeps. */
  readonly operatorHeap: number;
  readonly gatewayPeak: number;
  readonly gatewaySteady: number;
}

export interface Idle {
  readonly seconds: number;
  /** Changes that etcd took, Leases apart, by resource. */
  readonly writes: Readonly<Record<string, number>>;
  /** Writing requests that changed nothing, Leases apart. */
  readonly emptyWrites: number;
  readonly leaseWrites: number;
  readonly operatorCpuPercent: number;
}

export interface SizeFigures {
  readonly apiServices: number;
  readonly subscriptions: number;
  readonly growth: Growth;
  readonly latencies: Latencies;
  readonly starts: Starts;
  readonly memory: Memory;
  readonly idle?: Idle;
  /** Lines of warning and above that the operator and the gateway logged meanwhile. */
  readonly warnings: number;
}

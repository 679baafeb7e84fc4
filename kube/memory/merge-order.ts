/**
 * Order of the items of a merged list, as Kubernetes' structured-merge-diff makes it: both lists are walked side by
 * side. Items that only `live` has keep their place among their neighbours; the others come in the order of `config`.
 * Elements are unique within each list.
 */
export function mergeOrder(live: readonly string[], config: readonly string[]): string[] {
  const walk = new Walk(live, config);
  while (!walk.done) walk.step();
  return walk.merged;
}

class Walk {
  readonly merged: string[] = [];
  readonly #live: readonly string[];
  readonly #config: readonly string[];
  readonly #wanted: ReadonlySet<string>;
  readonly #taken = new Set<string>();
  /** Elements of both lists, in the order of `config`, that are still to come. */
  readonly #shared: string[];
  #liveIndex = 0;
  #configIndex = 0;

  constructor(live: readonly string[], config: readonly string[]) {
    const present = new Set(live);
    this.#live = live;
    this.#config = config;
    this.#wanted = new Set(config);
    this.#shared = config.filter((element) => present.has(element));
  }

  get done(): boolean {
    return this.#liveIndex >= this.#live.length && this.#configIndex >= this.#config.length;
  }

  step(): void {
    const ours = this.#live[this.#liveIndex];
    const theirs = this.#config[this.#configIndex];
    if (ours === undefined) this.#takeConfig(theirs);
    else if (!this.#wanted.has(ours)) this.#takeLive(ours);
    else if (ours === theirs) this.#takeBoth(ours);
    else if (this.#isLater(ours, theirs)) this.#liveIndex += 1;
    else this.#takeConfigBefore(ours, theirs);
  }

  /** Both lists have it, but another one that both have comes first: its turn comes with `config`. */
  #isLater(ours: string, theirs: string | undefined): boolean {
    const [next] = this.#shared;
    return theirs !== undefined && next !== undefined && next !== ours;
  }

  #takeLive(ours: string): void {
    this.merged.push(ours);
    this.#liveIndex += 1;
  }

  #takeBoth(element: string): void {
    this.#take(element);
    this.#shared.shift();
    this.#liveIndex += 1;
    this.#configIndex += 1;
  }

  #takeConfigBefore(ours: string, theirs: string | undefined): void {
    if (this.#taken.has(ours)) this.#liveIndex += 1;
    this.#takeConfig(theirs);
  }

  #takeConfig(theirs: string | undefined): void {
    if (theirs === undefined) return;
    this.#take(theirs);
    this.#configIndex += 1;
    if (this.#shared[0] === theirs) this.#shared.shift();
  }

  #take(element: string): void {
    this.#taken.add(element);
    this.merged.push(element);
  }
}

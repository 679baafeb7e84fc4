import type { Clock } from '../clock.ts';

/** An address that did not take a connection comes last for so long. */
const avoidMs = 10_000;

/** In which order the addresses of a backend are tried: each is the first in turn, those that failed of late come last. */
export class Turns {
  readonly #clock: Clock;
  /** Steady milliseconds until which an address comes last. */
  readonly #avoided = new Map<string, number>();
  #turn = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  order(addresses: readonly string[]): readonly string[] {
    if (addresses.length < 2) return addresses;
    this.#turn = (this.#turn + 1) % addresses.length;
    const turned = [...addresses.slice(this.#turn), ...addresses.slice(0, this.#turn)];
    if (this.#avoided.size === 0) return turned;
    this.#forgive();
    const isAvoided = (address: string) => this.#avoided.has(address);
    return [...turned.filter((address) => !isAvoided(address)), ...turned.filter(isAvoided)];
  }

  readonly avoid = (address: string): void => {
    this.#avoided.set(address, this.#clock.steady() + avoidMs);
  };

  #forgive(): void {
    const now = this.#clock.steady();
    for (const [address, until] of this.#avoided) if (now >= until) this.#avoided.delete(address);
  }
}

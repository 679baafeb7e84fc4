import { networkInterfaces } from 'node:os';

/** Addresses of this machine's (in a pod: the pod's) network interfaces. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
}

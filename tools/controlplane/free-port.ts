import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Ports on 127.0.0.1 that are free now, all different. Another process could take one before it is used: whoever
 * starts a server on it must notice that the server ended and try again with new ones.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

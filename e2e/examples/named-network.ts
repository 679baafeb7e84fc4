import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from '#tools/testing/programs.ts';
import { eventually } from '../standalone/simpul.ts';

/** Addresses of this network, all on its loopback: a gateway may be called from and call all of them. */
const addresses = ['10.1.2.3/32', '10.9.9.1/32', '192.0.2.1/32', '10.60.0.1/24', '10.60.0.2/24', '10.60.0.3/24'];
const more = ['10.60.0.11/24'];
/** What is sent here goes into a wire at whose other end nobody listens: no answer, and no refusal either. */
export const silentAddress = '10.61.0.9';

/**
 * A network with names, for a process that is in namespaces of its own: dnsmasq is the resolver of everything in it, as
 * the machine's files say there.
 */
export class NamedNetwork {
  readonly #folder: string;
  readonly #names = new Map<string, string>();
  #server: ChildProcess | undefined = undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async up(names: Readonly<Record<string, string>>): Promise<void> {
    const ip = (line: string) => execFileSync('ip', line.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] });
    ip('link set lo up');
    for (const address of [...addresses, ...more]) ip(`address add ${address} dev lo`);
    ip('link add silent0 type veth peer name silent1');
    ip('address add 10.61.0.1/24 dev silent0');
    ip('link set silent0 up');
    ip('link set silent1 up');
    ip(`neighbour add ${silentAddress} lladdr 02:00:00:00:00:09 dev silent0`);
    await this.#replace('/etc/resolv.conf', 'nameserver 127.0.0.1\n');
    await this.#replace('/etc/nsswitch.conf', 'hosts: files dns\n');
    for (const [name, address] of Object.entries(names)) this.#names.set(name, address);
    await this.#writeNames();
    const options = ['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--local-ttl=1'];
    const files = [`--addn-hosts=${this.#hostsFile}`, '--pid-file'];
    this.#server = spawn(programPath('dnsmasq'), [...options, ...files, '--listen-address=127.0.0.1'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    this.#server.stderr?.on('data', (chunk) => (said += String(chunk)));
    const [name = '', address] = Object.entries(names)[0] ?? [];
    await eventually(`dnsmasq answers`, async () => {
      if (this.#server?.exitCode !== null) throw new TypeError(`dnsmasq ended: ${said}`);
      return execFileSync('getent', ['ahosts', name], { encoding: 'utf8' }).startsWith(`${address} `) || undefined;
    });
  }

  /** The name has another address from the next question on; answers hold for a second. */
  async move(name: string, address: string): Promise<void> {
    this.#names.set(name, address);
    await this.#writeNames();
    this.#server?.kill('SIGHUP');
    await eventually(`${name} is ${address}`, () => {
      return execFileSync('getent', ['ahosts', name], { encoding: 'utf8' }).startsWith(`${address} `) || undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.kill('SIGKILL');
  }

  get #hostsFile(): string {
    return join(this.#folder, 'names');
  }

  async #writeNames(): Promise<void> {
    await writeFile(this.#hostsFile, [...this.#names].map(([name, address]) => `${address} ${name}\n`).join(''));
  }

  /** For the processes of these namespaces alone. */
  async #replace(file: string, text: string): Promise<void> {
    if (!existsSync(file)) return;
    const ours = join(this.#folder, file.replaceAll('/', '-'));
    await writeFile(ours, text);
    execFileSync('mount', ['--bind', ours, file]);
  }
}

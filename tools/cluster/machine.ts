import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from './errors.ts';
import { addresses, type ClusterFolder, nodePrograms } from './layout.ts';
import { run } from './run.ts';

/** Runs inside of the node's namespaces. Gives every folder that programs write to a place of the cluster's own. */
export async function ensureMounts(folder: ClusterFolder): Promise<void> {
  // Pods see what is mounted for them only when mounts propagate; nothing reaches the machine (unshare made them private).
  await run('mount', ['--make-rshared', '/']);
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  for (const [own, place] of [
    [folder.varLib, '/var/lib'],
    [folder.varLog, '/var/log'],
  ] as const) {
    await mkdir(own, { recursive: true });
    await run('mount', ['--bind', own, place]);
  }
}

/** Overlays are the fast way, but not every file system can carry them (a container's own root, for instance). */
export async function findSnapshotter(folder: ClusterFolder): Promise<'overlayfs' | 'native'> {
  const probe = join(folder.root, 'overlay-probe');
  const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => join(probe, name));
  for (const path of [lower, upper, work, merged]) await mkdir(path ?? '', { recursive: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  try {
    await run('mount', ['-t', 'overlay', 'overlay', '-o', options, merged ?? '']);
    await run('umount', [merged ?? '']);
    return 'overlayfs';
  } catch {
    return 'native';
  }
}

/**
 * The line to the machine, which makes its other end (`up.ts`), and the bridge for pods. Gives the environment in which
 * the node's programs find each other and the iptables that this kernel has.
 */
export async function setUpNetwork(folder: ClusterFolder): Promise<NodeJS.ProcessEnv> {
  await run('ip', ['link', 'set', 'lo', 'up']);
  await untilLine();
  await run('ip', ['addr', 'add', `${addresses.node}/30`, 'dev', 'eth0']);
  await run('ip', ['link', 'set', 'eth0', 'up']);
  await run('ip', ['route', 'add', 'default', 'via', addresses.host]);
  await run('ip', ['link', 'add', 'cni0', 'type', 'bridge']);
  await run('ip', ['addr', 'add', `${addresses.bridge}/16`, 'dev', 'cni0']);
  await run('ip', ['link', 'set', 'cni0', 'up']);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1'); // of this network alone
  return await linkIptables(folder);
}

async function untilLine(): Promise<void> {
  const giveUpMs = performance.now() + 30_000;
  while (!(await run('ip', ['-o', 'link'])).includes(' eth0')) {
    if (performance.now() > giveUpMs) throw new ClusterError('the line to the machine did not appear');
    await delay(20);
  }
}

/** Debian decides by a link between the two kinds of iptables; packages that are only unpacked have none. */
async function linkIptables(folder: ClusterFolder): Promise<NodeJS.ProcessEnv> {
  const { bin, root } = nodePrograms(process.env);
  const libraries = join(root, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/xtables`);
  const own = join(folder.root, 'bin');
  const env = { ...process.env, PATH: `${own}:${bin}:${process.env['PATH']}`, XTABLES_LIBDIR: libraries };
  const kind = await iptablesKind(bin, env);
  await mkdir(own, { recursive: true });
  for (const family of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-save', '-restore']) {
      const link = join(own, `${family}${suffix}`);
      if (!existsSync(link)) await symlink(join(bin, `${family}-${kind}${suffix}`), link);
    }
  }
  return env;
}

async function iptablesKind(bin: string, env: NodeJS.ProcessEnv): Promise<'nft' | 'legacy'> {
  for (const kind of ['nft', 'legacy'] as const) {
    const rule = ['-t', 'nat', '-C', 'POSTROUTING', '-m', 'comment', '--comment', 'probe', '-j', 'MASQUERADE'];
    const add = rule.map((word) => (word === '-C' ? '-A' : word));
    const remove = rule.map((word) => (word === '-C' ? '-D' : word));
    const works = await run(join(bin, `iptables-${kind}`), add, env)
      .then(() => run(join(bin, `iptables-${kind}`), remove, env))
      .then(
        () => true,
        () => false,
      );
    if (works) return kind;
  }
  throw new ClusterError('this kernel has neither nftables nor iptables with NAT: a node needs one of them');
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CodedError } from '#api/errors.ts';

/** This machine lets nobody have a network of its own; the message says what would. */
class NamespacesRefused extends CodedError {
  constructor(said: string) {
    super(
      'TEST_NAMESPACES_REFUSED',
      `unshare cannot make a network and mounts for this test (${said}): run it as root, or allow user namespaces ` +
        '(sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)',
    );
  }
}

const unshare = ['--user', '--map-root-user', '--net', '--mount', '--'];

/**
 * Goes on as the test file `file` in namespaces of its own: a network that reaches nothing but itself, in which every
 * address, port and name is free, and mounts that nobody else sees. The process stays the same one, so the runner that
 * started it gets the results of `file`.
 */
export function goOnInNamespaces(file: URL): never {
  const tried = spawnSync('unshare', [...unshare, 'true'], { encoding: 'utf8' });
  if (tried.status !== 0) throw new NamespacesRefused(tried.error?.message ?? tried.stderr.trim());
  const node = [process.execPath, ...process.execArgv, fileURLToPath(file)];
  if (process.execve === undefined) throw new NamespacesRefused(`no execve on ${process.platform}`);
  return process.execve('/usr/bin/env', ['env', 'unshare', ...unshare, ...node], process.env);
}

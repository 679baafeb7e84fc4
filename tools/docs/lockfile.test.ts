import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface LockedPackage {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/**
 * `npm ci` refuses a lockfile that lacks an optional package of another platform, and npm leaves those out when the
 * registry at hand does not have them.
 */
test('package-lock.json has every package that another one names', () => {
  const file = new URL('../../package-lock.json', import.meta.url);
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> };
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !places(path, name).some((place) => place in packages))
      .map((name) => `${path || 'the project'} needs ${name}`),
  );
  assert.deepEqual(missing, []);
});

/** Where Node looks for a package, from the inside out. */
function places(path: string, name: string): string[] {
  const up = path.lastIndexOf('node_modules/');
  const here = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
  return path === '' ? [here] : [here, ...places(path.slice(0, Math.max(up - 1, 0)), name)];
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectureNamed, ownArchitecture } from './architecture.ts';

test("an architecture is named as Kubernetes does; without a name it is this machine's", () => {
  assert.equal(architectureNamed(), ownArchitecture);
  assert.equal(architectureNamed(''), ownArchitecture);
  assert.equal(architectureNamed('arm64'), 'arm64');
  assert.throws(() => architectureNamed('aarch64'), /ARCH=aarch64: there are images for amd64 and arm64 only/);
});

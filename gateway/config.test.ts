import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

test('a pod needs nothing but what the downward API gives', () => {
  const config = readConfig({
    POD_NAMESPACE: 'simpul-gw-public',
    POD_NAME: 'public-1',
    POD_UID: 'u-1',
    POD_IP: '10.1.2.3',
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
  });
  assert.deepEqual(config, {
    namespace: 'simpul-gw-public',
    pod: { name: 'public-1', uid: 'u-1' },
    host: '0.0.0.0',
    admin: { host: '0.0.0.0', port: 8081 },
    logLevel: 'info',
    workers: 1,
    worker: 0,
    reservedAddresses: ['10.1.2.3', '10.96.0.1'],
    drainTimeoutMs: 30_000,
  });
});

test('listeners can be set, with IPv6 addresses too', () => {
  const { listeners } = readConfig({ SIMPUL_NAMESPACE: 'x', SIMPUL_LISTENERS: 'http=127.0.0.1:0, six=::1:8080' });
  assert.deepEqual(listeners, [
    { name: 'http', host: '127.0.0.1', port: 0 },
    { name: 'six', host: '::1', port: 8080 },
  ]);
});

test('all faults are named at once, with what to do', () => {
  const env = {
    SIMPUL_ADMIN_PORT: '99999',
    SIMPUL_LOG_LEVEL: 'loud',
    SIMPUL_LISTENERS: 'http',
    SIMPUL_DRAIN_TIMEOUT_MS: '-1',
  };
  assert.throws(
    () => readConfig(env),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      for (const name of ['SIMPUL_NAMESPACE', ...Object.keys(env)]) assert.ok(error.message.includes(name), name);
      return true;
    },
  );
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, type ConfigSources, type OperatorConfig, parseInvocation } from './config.ts';

function parse(args: readonly string[], more: Partial<ConfigSources> = {}): OperatorConfig {
  const invocation = parseInvocation({ args, env: {}, ...more }, '1.2.3');
  assert.ok(invocation.action === 'run');
  return invocation.config;
}

function print(args: readonly string[]): string {
  const invocation = parseInvocation({ args, env: {} }, '1.2.3');
  assert.ok(invocation.action === 'print');
  return invocation.text;
}

const defaults: OperatorConfig = {
  className: 'simpul',
  clusterPrefix: 'simpul',
  namespace: 'simpul-system',
  leaderElection: {
    leaseName: 'simpul-operator',
    leaseDurationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryPeriodMs: 2_000,
  },
  httpPort: 8080,
  logLevel: 'info',
  workers: 8,
};

describe('operator config', () => {
  test('has a default for everything that it needs', () => assert.deepEqual(parse([]), defaults));

  test('takes every flag', () => {
    const args = [
      '--class-name=banten',
      '--cluster-prefix=banten',
      '--namespace=spl',
      '--kubeconfig=/tmp/k',
      '--leader-elect=true',
      '--lease-name=l',
      '--lease-duration=3s',
      '--renew-deadline=2s',
      '--retry-period=500ms',
      '--http-port=0',
      '--log-level=debug',
      '--workers=2',
      '--gateway-image=localhost/gateway:1',
      '--image-pull-secrets=registry,mirror.example',
      '--operator-username=system:serviceaccount:spl:simpul-operator',
    ];
    assert.deepEqual(parse(args), {
      className: 'banten',
      clusterPrefix: 'banten',
      namespace: 'spl',
      kubeconfig: '/tmp/k',
      leaderElection: { leaseName: 'l', leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 500 },
      httpPort: 0,
      logLevel: 'debug',
      workers: 2,
      gatewayImage: 'localhost/gateway:1',
      imagePullSecrets: ['registry', 'mirror.example'],
      operatorUsername: 'system:serviceaccount:spl:simpul-operator',
    });
  });

  test('takes a flag before its variable, and that before the default', () => {
    const env = { SIMPUL_WORKERS: '3', SIMPUL_LOG_LEVEL: 'warn', SIMPUL_CLASS_NAME: '' };
    const config = parse(['--workers', '4'], { env });
    assert.equal(config.workers, 4);
    assert.equal(config.logLevel, 'warn');
    assert.equal(config.className, 'simpul', 'an empty variable says nothing');
  });

  test("takes the pod's namespace unless told another", () => {
    assert.equal(parse([], { podNamespace: 'spl' }).namespace, 'spl');
    assert.equal(parse(['--namespace=x'], { podNamespace: 'spl' }).namespace, 'x');
  });

  test('has no election when told so', () => {
    assert.equal(parse(['--leader-elect=false']).leaderElection, undefined);
  });

  const faults: readonly {
    readonly args: readonly string[];
    readonly env?: ConfigSources['env'];
    readonly says: RegExp;
  }[] = [
    { args: ['--wrokers=2'], says: /--wrokers.*--help lists all flags/ },
    { args: ['serve'], says: /serve/ },
    { args: ['--workers'], says: /--workers/ },
    { args: ['--workers=0'], says: /^--workers: "0" is not a whole number from 1 to 256$/ },
    { args: ['--workers=1e3'], says: /--workers/ },
    { args: ['--http-port=65536'], says: /--http-port/ },
    { args: ['--log-level=verbose'], says: /--log-level: "verbose" is not one of trace, debug/ },
    { args: ['--leader-elect=no'], says: /--leader-elect: "no" is not true or false/ },
    { args: ['--lease-duration=15'], says: /--lease-duration: "15" is not a duration/ },
    { args: ['--retry-period=1ms'], says: /--retry-period/ },
    { args: ['--class-name=Simpul'], says: /--class-name/ },
    { args: [`--namespace=${'a'.repeat(64)}`], says: /--namespace/ },
    { args: ['--namespace='], says: /--namespace: "" is not/ },
    { args: ['--gateway-image=a b'], says: /--gateway-image/ },
    { args: ['--lease-duration=10s'], says: /--lease-duration must be longer than --renew-deadline/ },
    { args: ['--retry-period=9s'], says: /--renew-deadline must be at least 1\.2 times --retry-period/ },
    { args: [], env: { SIMPUL_WORKERS: 'x' }, says: /--workers: "x" \(from SIMPUL_WORKERS\) is not/ },
  ];
  for (const { args, env = {}, says } of faults) {
    test(`refuses ${JSON.stringify(args)} ${JSON.stringify(env)}`, () => {
      assert.throws(
        () => parseInvocation({ args, env }, '1.2.3'),
        (error) => error instanceof ConfigError && says.test(error.message),
      );
    });
  }

  test('names all faults at once', () => {
    assert.throws(() => parse(['--workers=0', '--http-port=x', '--log-level=y']), {
      code: 'OPERATOR_CONFIG',
      message: /^--http-port.*\n--log-level.*\n--workers[^\n]*$/,
    });
  });

  test('prints its help and version', () => {
    assert.equal(print(['--version']), '1.2.3');
    const help = print(['-h']);
    assert.match(help, /--lease-duration DURATION +a standby takes over .* \(default: 15s\)/);
    assert.ok(
      help.split('\n').every((line) => line.length <= 140),
      help,
    );
  });
});

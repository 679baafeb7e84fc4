import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig as controlPlaneConfig } from './control-plane/config.ts';
import { BenchError } from './errors.ts';
import { parseConfig as gatewayConfig } from './gateway/config.ts';

const benches = { 'control-plane': controlPlaneConfig, gateway: gatewayConfig };

const faulty: Record<string, readonly [bench: keyof typeof benches, args: readonly string[]]> = {
  'a flag that there is not': ['gateway', ['--round', '3']],
  'a flag without its value': ['control-plane', ['--idle']],
  'a number that is none': ['gateway', ['--seconds', 'two']],
  'a number of 0': ['control-plane', ['--rate', '0']],
  'a fraction': ['gateway', ['--rounds', '1.5']],
  'sizes that do not grow': ['control-plane', ['--sizes', '10,10']],
  'one core for both sides': ['gateway', ['--cores', '1,1']],
};

for (const [name, [bench, args]] of Object.entries(faulty)) {
  test(`refused with the usage: ${name}`, () => {
    const tellsUsage = (error: unknown) =>
      error instanceof BenchError && error.message.includes(`\nnode bench/${bench}/`);
    assert.throws(() => benches[bench](args), tellsUsage);
  });
}

test('a command line without flags asks for the full run', () => {
  for (const parse of Object.values(benches)) assert.equal(parse([]).isFull, true);
});

test('flags go before defaults', () => {
  const { sizes, idleSeconds, page } = controlPlaneConfig(['--sizes', '10,20', '--idle', '5', '--page', 'none']);
  assert.deepEqual({ sizes, idleSeconds, page }, { sizes: [10, 20], idleSeconds: 5, page: undefined });
  assert.deepEqual(gatewayConfig(['--cores', '2,3']).cores, [2, 3]);
});

import { dirname } from 'node:path';
import { describeError } from '#api/errors.ts';
import { locatePrograms } from '#tools/controlplane/binaries.ts';
import { down } from './down.ts';
import { clusterFolder } from './layout.ts';
import { up } from './up.ts';

/** `up` starts a cluster of one node, `down` removes every trace of it, `kubeconfig` prints how to reach it. */
const actions: Readonly<Record<string, () => Promise<string>>> = {
  up: async () => {
    const began = performance.now();
    const { kubeconfig } = await up();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const programs = dirname(locatePrograms(process.env, ['kubectl']).kubectl);
    return `The cluster is ready after ${seconds} s.\n  export KUBECONFIG=${kubeconfig} PATH=${programs}:$PATH\n`;
  },
  down: async () => {
    await down();
    return '';
  },
  kubeconfig: async () => `${clusterFolder(process.env).kubeconfig}\n`,
};

const action = actions[process.argv[2] ?? ''];
if (action === undefined) {
  process.stderr.write(`usage: main.ts ${Object.keys(actions).join('|')}\n`);
  process.exit(2);
}
try {
  process.stdout.write(await action());
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}

import { bundlePrograms } from './bundle.ts';

process.stdout.write(`${Object.values(await bundlePrograms()).join('\n')}\n`);

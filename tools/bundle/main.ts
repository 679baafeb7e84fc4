import { bundleGateway } from './bundle.ts';

process.stdout.write(`${await bundleGateway()}\n`);

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeError } from '#api/errors.ts';
import { withBlock } from '#tools/docs/markdown.ts';
import { BenchError } from '../errors.ts';
import { describeMachine } from '../machine.ts';
import { progress } from '../progress.ts';
import { serveBareProxy, serveSplice } from './bare-proxy.ts';
import { type GatewayBenchConfig, parseConfig } from './config.ts';
import { type GatewayFigures, measure } from './measure.ts';
import { report } from './report.ts';
import { serveGateway } from './served-gateway.ts';
import { openField } from './targets.ts';

/**
 * Measures, prints a table, and writes the figures as JSON and into the page. Resolves with the exit code. As
 * `main.ts serve policies|plain|routes|bare|splice PORT BACKEND [REDIS-PORT [TLS-PORT FOLDER]]` it is what is measured.
 */
async function main(args: readonly string[]): Promise<number | undefined> {
  try {
    const [first, ...rest] = args;
    if (first === 'serve') {
      await serve(rest);
      return undefined; // serves on
    }
    await publish(parseConfig(args));
    return 0;
  } catch (error) {
    process.stderr.write(`bench-gateway: ${describeError(error)}\n`);
    return 1;
  }
}

async function serve([variant, port, backend = '', redis, securePort, folder]: readonly string[]): Promise<void> {
  const at = { port: Number(port), backend };
  if (variant === 'bare') serveBareProxy(at);
  else if (variant === 'splice') serveSplice(at);
  else if (variant === 'policies' || variant === 'plain' || variant === 'routes') {
    await serveGateway({
      ...{ ...at, variant },
      ...(redis === undefined || variant === 'plain' ? {} : { redis: Number(redis) }),
      ...(folder === undefined ? {} : { secure: { port: Number(securePort), folder } }),
    });
  } else throw new BenchError(`there is no "${variant}" to serve`);
}

async function publish(config: GatewayBenchConfig): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const figures = await measured(config);
  const machine = describeMachine();
  const text = report({ date, machine, config, figures });
  process.stdout.write(`${text}\n`);
  await mkdir(dirname(config.jsonFile), { recursive: true });
  await writeFile(config.jsonFile, `${JSON.stringify({ date, machine, config, figures }, undefined, 2)}\n`);
  const { page } = config;
  if (page !== undefined) await writeFile(page, withBlock(await readFile(page, 'utf8'), 'gateway', text));
  progress(`written: ${[config.jsonFile, ...(page === undefined ? [] : [page])].join(', ')}`);
}

async function measured(config: GatewayBenchConfig): Promise<GatewayFigures> {
  const field = await openField(config);
  try {
    return await measure(field, config);
  } finally {
    await field.close();
  }
}

const code = await main(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
